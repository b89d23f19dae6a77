"""The C++ quickstart of the README is the one that is compiled and run as an example."""
import os
import pathlib
import sys

root = pathlib.Path(os.environ["FEAT2VEC_SOURCE_DIR"])
example = (root / "examples" / "quickstart.cpp").read_text(encoding="utf-8")
_, quickstart, _ = example.split("  // [quickstart]\n")
readme = (root / "README.md").read_text(encoding="utf-8")
if f"```cpp\n{quickstart}```" not in readme:
    sys.exit("README.md: expected the lines between the marks [quickstart] of examples/quickstart.cpp")
