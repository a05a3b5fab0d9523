"""For every test, notebooks included: progress is kept in a folder of its own, never in the checkout."""

import os
import tempfile

os.environ["IAMLAB_HOME"] = tempfile.mkdtemp(prefix="iamlab-test-home-")
