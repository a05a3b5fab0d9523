"""``python -m iamlab`` is the ``iamlab`` command."""

import sys

from iamlab.app import main

if __name__ == "__main__":
    sys.exit(main())
