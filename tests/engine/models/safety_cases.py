"""Hostile files and honest ones, made here; nothing of a hostile one is ever run."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import struct
import zipfile
import zlib

import numpy as np

from engine.models.consent.safety_report import inspect


class Gadget:
    """Pickles to a call of ``target``, found by name only when pickled."""

    def __init__(self, module, name, args=()):
        self.module, self.name, self.args = module, name, args


def call(module, name, *args, protocol=4):
    """Return a pickle that calls ``module.name(*args)``."""
    body = b"".join(_literal(a) for a in args)
    if protocol >= 4:
        head = b"\x80\x04" + _literal(module) + _literal(name) + b"\x93"
    else:
        proto = b"" if protocol < 2 else bytes([0x80, protocol])
        head = proto + b"c" + module.encode() + b"\n" + name.encode() + b"\n"
    return head + b"(" + body + b"tR."


def _literal(value):
    if isinstance(value, str):
        raw = value.encode()
        return b"X" + struct.pack("<I", len(raw)) + raw
    if isinstance(value, bytes):
        return b"B" + struct.pack("<I", len(value)) + value
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    raise TypeError(value)


def gadgets(marker):
    """Return named pickles, each of which would write ``marker`` if loaded."""
    code = f"open({str(marker)!r}, 'w').write('x')"
    shell = f"touch {marker}"
    found = {
        "os.system": ("os", "system", shell),
        "posix.system": ("posix", "system", shell),
        "nt.system": ("nt", "system", shell),
        "subprocess.Popen": ("subprocess", "Popen", shell),
        "subprocess.check_output": ("subprocess", "check_output", shell),
        "builtins.eval": ("builtins", "eval", code),
        "builtins.exec": ("builtins", "exec", code),
        "builtins.getattr": ("builtins", "getattr", "x", "upper"),
        "builtins.__import__": ("builtins", "__import__", "trap_on_import"),
        "builtins.open": ("builtins", "open", str(marker), "w"),
        "builtins.type": ("builtins", "type", "x"),
        "builtins.setattr": ("builtins", "setattr", "x", "y", "z"),
        "builtins.compile": ("builtins", "compile", code, "x", "exec"),
        "importlib.import_module": ("importlib", "import_module", "trap_on_import"),
        "runpy.run_path": ("runpy", "run_path", str(marker)),
        "pty.spawn": ("pty", "spawn", shell),
        "code.interact": ("code", "interact"),
        "timeit.timeit": ("timeit", "timeit", code),
        "cProfile.run": ("cProfile", "run", code),
        "pdb.run": ("pdb", "run", code),
        "bdb.Bdb": ("bdb", "Bdb"),
        "shutil.rmtree": ("shutil", "rmtree", str(marker)),
        "socket.socket": ("socket", "socket"),
        "urllib.request.urlopen": ("urllib.request", "urlopen", "http://127.0.0.1:9"),
        "webbrowser.open": ("webbrowser", "open", "http://127.0.0.1:9"),
        "ctypes.CDLL": ("ctypes", "CDLL", "libc.so.6"),
        "operator.attrgetter": ("operator", "attrgetter", "__class__"),
        "operator.methodcaller": ("operator", "methodcaller", "system", shell),
        "functools.partial": ("functools", "partial", "x"),
        "functools.reduce": ("functools", "reduce", "x"),
        "pickle.loads": ("pickle", "loads", b"cos\nsystem\n."),
        "_pickle.loads": ("_pickle", "loads", b"."),
        "marshal.loads": ("marshal", "loads", b"N"),
        "types.FunctionType": ("types", "FunctionType", "x"),
        "types.CodeType": ("types", "CodeType", "x"),
        "cloudpickle": ("cloudpickle.cloudpickle", "_make_function", "x"),
        "joblib.load": ("joblib", "load", str(marker)),
        "numpy.load": ("numpy", "load", str(marker)),
        "numpy.f2py": ("numpy.f2py.crackfortran", "getlincoef", code, "x"),
        "numpy.testing": ("numpy.testing._private.utils", "runstring", code, "x"),
        "torch.load": ("torch.storage", "_load_from_bytes", b"x"),
        "torch.hub": ("torch.hub", "load", "a/b"),
        "pandas.read_pickle": ("pandas.io.pickle", "read_pickle", str(marker)),
        "logging.config": ("logging.config", "fileConfig", str(marker)),
        "multiprocessing": ("multiprocessing.util", "spawnv_passfds", "x"),
        "asyncio": ("asyncio.unix_events", "_UnixSubprocessTransport", "x"),
        "linecache": ("linecache", "getline", str(marker), 1),
        "pydoc.pipepager": ("pydoc", "pipepager", "x", shell),
        "idlelib": ("idlelib.run", "Executive", "x"),
        "trace.Trace": ("trace", "Trace", "x"),
        "own module": ("trap_on_import", "anything"),
        "dotted": ("sklearn.svm._classes", "SVC.__init__.__globals__", "x"),
        "near miss": ("sklearn.svm._classes", "svc"),
        "sklearn function": ("sklearn.datasets._base", "load_files", str(marker)),
        "sklearn doctest": ("sklearn.utils._testing", "set_random_state", "x"),
        "named only": (
            "sklearn.feature_selection._univariate_selection",
            "f_classif",
            "x",
        ),
        "xgboost file": ("xgboost.core", "_load_lib"),
        "copyreg.add_extension": ("copyreg", "add_extension", "os", "system", 1),
        "codecs decode": ("_codecs", "decode", b"x", "zip"),
        "codecs odd encoding": ("_codecs", "encode", "x", "uu"),
    }
    return {name: call(*parts) for name, parts in found.items()}


def containers(raw):
    """Return the same pickle in every wrapping a loader would take off."""
    object_array = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        object_array, {"descr": "|O", "fortran_order": False, "shape": (1,)}
    )
    npy = object_array.getvalue() + raw
    torch_zip = archive({"m/data.pkl": raw, "m/version": b"3\n"})
    return {
        "raw": raw,
        "zlib": zlib.compress(raw),
        "gzip": gzip.compress(raw),
        "bz2": bz2.compress(raw),
        "xz": lzma.compress(raw),
        "lzma": lzma.compress(raw, format=lzma.FORMAT_ALONE),
        "torch": torch_zip,
        "npy": npy,
        "npz": archive({"a.npy": npy}),
    }


def archive(members, method=zipfile.ZIP_DEFLATED):
    """Return a zip of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return buffer.getvalue()


def joblib_bytes(model, compress=0):
    """Return what ``joblib.dump`` writes."""
    import joblib

    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=compress)
    return buffer.getvalue()


WRAPPER = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n"


def tricks():
    """Return pickles that try to hide what they do from a reader."""
    system = b"cos\nsystem\n"
    vetted = pickle.dumps(np.float64(1.0), protocol=2)
    return {
        "memo swap": b"Vos\np0\nVsystem\np1\n0Vsklearn\np0\n\x80\x04g0\ng1\n\x93)R.",
        "stack name": b"\x80\x04Vos\nVsystem\n\x93)R.",
        "escaped name": b"\x80\x04V\\u006fs\nVsystem\n\x93)R.",
        "computed name": b"\x80\x04cbuiltins\nstr\n(VOS\ntRVsystem\n\x93)R.",
        "name from blob": b"\x80\x04B\x02\x00\x00\x00osVsystem\n\x93)R.",
        "inst": b"(Vtouch x\nios\nsystem\n.",
        "obj": b"(" + system + b"Vtouch x\no.",
        "newobj": b"\x80\x02" + system + b")\x81.",
        "newobj_ex": b"\x80\x04" + system + b")}\x92.",
        "extension": b"\x80\x02\x82\x01)R.",
        "persistent id": b"Pcos\n.",
        "binary persistent id": b"\x80\x02Vcos\nQ.",
        "second pickle": vetted + call("os", "system", "x"),
        "junk behind": vetted + b"\x00\x01\x02",
        "unreached": vetted[:-1] + b"0" + call("os", "system", "x"),
        "popped": b"\x80\x02" + system + b"(Vtouch x\ntR0N.",
        "patch class": (
            b"\x80\x04csklearn.svm._classes\nSVC\n(N}Vpredict\ncnumpy\nexp\nstb."
        ),
        "build on number": b"\x80\x02K\x01}b.",
        "items into class": b"\x80\x02csklearn.svm._classes\nSVC\nVa\nK\x01s.",
        "call of a result": b"\x80\x02ccollections\nOrderedDict\n)R)R.",
        "class as argument": (
            b"\x80\x02csklearn.neighbors._kd_tree\nnewObj\n(" + WRAPPER + b"tR}b."
        ),
        "wrapper by array maker": (
            b"\x80\x02cnumpy._core.multiarray\n_reconstruct\n("
            + WRAPPER
            + b"K\x00\x85C\x01bt\x81."
        ),
        "wrapper with arguments": b"\x80\x02" + WRAPPER + b"K\x01\x85\x81}b.",
        "wrapper without dtype": b"\x80\x02" + WRAPPER + b")\x81}b.",
        "reconstructor of function": (
            b"ccopyreg\n_reconstructor\n(cos\nsystem\ncbuiltins\nobject\nNtR."
        ),
        "reconstructor with odd base": (
            b"ccopyreg\n_reconstructor\n(csklearn.svm._classes\nSVC\n"
            b"csklearn.svm._classes\nSVC\nNtR."
        ),
        "python 2 name": b"c__builtin__\neval\n(Vx\ntR.",
        "python 2 function": b"c__builtin__\nreduce\n(Vx\ntR.",
        "dtype from text": b"\x80\x02cnumpy\ndtype\nVf8,O\n\x85R.",
        "scalar of objects": (
            b"\x80\x02cnumpy._core.multiarray\nscalar\n(cnumpy\ndtype\n"
            b"(VO8\n\x89\x88tR(K\x03V|\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb"
            b"csklearn.svm._classes\nSVC\ntR."
        ),
        "frame too long": b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.",
        "frame cut": b"\x80\x04\x95\x03\x00\x00\x00\x00\x00\x00\x00" + system + b")R.",
        "cut before stop": vetted[:-1],
        "underflow": b"\x80\x02R.",
        "no mark": b"\x80\x02t.",
        "unset memo": b"\x80\x02h\x05.",
        "protocol 9": b"\x80\x09N.",
        "outside buffer": b"\x80\x05\x97.",
        "huge number": b"\x80\x02\x8b\xff\xff\xff\x7f.",
        "negative length": b"\x80\x02T\xff\xff\xff\xff.",
        "module patch": b"\x80\x04csklearn\nsvm\n}Vx\nK\x01sb.",
    }


def examine(tmp_path, raw):
    file = tmp_path / "m.bin"
    file.write_bytes(raw)
    return inspect(file)


def model_of(nodes, initializers=(), domains=("",)):
    from onnx import TensorProto, helper

    values = [
        helper.make_tensor_value_info(n, TensorProto.FLOAT, [None, 2]) for n in "xy"
    ]
    graph = helper.make_graph(nodes, "g", values[:1], values[1:], initializers)
    opsets = [helper.make_opsetid(domain, 17) for domain in domains]
    return helper.make_model(graph, opset_imports=opsets).SerializeToString()
