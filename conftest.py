"""For every test, notebooks included: progress is kept in a folder of its own, never in the checkout."""

import os
import tempfile

_home = tempfile.TemporaryDirectory(prefix="iamlab-test-home-")  # removed when the run ends
os.environ["IAMLAB_HOME"] = _home.name
