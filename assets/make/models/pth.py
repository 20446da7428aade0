"""Read a PyTorch weight file of the form used before version 1.6, with NumPy and without torch.

Such a file is five pickles (a magic number, the version, the machine, the tensors, the keys of the storages) and then
each storage: its length as eight bytes, little-endian, and its values. A pickle can name any function to call, so the
unpickler admits the few names that a plain dictionary of tensors needs and refuses the rest.
"""

import math
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAGIC = 0x1950A86A20F9469CFC6C


class Storage(NamedTuple):
    """Where a tensor's values lie: the storage's key and its NumPy type."""

    key: str
    dtype: str


class Tensor(NamedTuple):
    """The arguments of torch's own rebuilding function, in its order; `size` is the shape."""

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]
    requires_grad: bool
    hooks: object

    def array(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return this tensor's part of its storage's `values`; it must lie there row by row."""
        if self.stride != tuple(math.prod(self.size[axis + 1 :]) for axis in range(len(self.size))):
            raise ValueError(f"a tensor does not lie row by row: size={self.size}, stride={self.stride}")
        return values[self.offset : self.offset + math.prod(self.size)].reshape(self.size)


ADMITTED = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): Tensor,
    ("torch", "FloatStorage"): "<f4",
    ("torch", "LongStorage"): "<i8",
}


class TensorUnpickler(pickle.Unpickler):
    """An unpickler that knows the names in `ADMITTED` only."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ADMITTED:
            raise pickle.UnpicklingError(f"the weight file asks for {module}.{name}, which is not admitted")
        return ADMITTED[module, name]

    def persistent_load(self, pid: Any) -> Storage:
        _, dtype, key, _, _, _ = pid
        return Storage(key, dtype)


def read_pth(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a weight file by name, in the file's order."""
    with path.open("rb") as file:
        if TensorUnpickler(file).load() != MAGIC:
            raise ValueError(f"{path} is no weight file of torch's older form")
        _, _, tensors, keys = (TensorUnpickler(file).load() for _ in range(4))
        dtypes = dict(tensor.storage for tensor in tensors.values())
        storages = {key: _read_storage(file, dtypes[key]) for key in keys}
    return {name: tensor.array(storages[tensor.storage.key]) for name, tensor in tensors.items()}


def _read_storage(file: IO[bytes], dtype: str) -> NDArray[Any]:
    count = int.from_bytes(file.read(8), "little")
    return np.frombuffer(file.read(count * np.dtype(dtype).itemsize), dtype)
