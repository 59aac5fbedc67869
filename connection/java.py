"""Whether this machine has the Java that Spark needs."""

import os
import shutil
from pathlib import Path

NO_JAVA = "DBT_TARGET=spark needs Java 17 or newer and none is found: install it, or set JAVA_HOME."


def has_java() -> bool:
    """Tell whether Spark would find a Java."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which(str(Path(home) / "bin" / "java") if home else "java") is not None
