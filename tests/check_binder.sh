#!/usr/bin/env bash
# Does what Binder will do, in an empty environment: installs what binder/ says, runs postBuild, opens lesson 01.
# PYTHON names the Python to use; otherwise the one that binder/runtime.txt asks for, if it is here, else python3.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=$(sed -n 's/^python-//p' binder/runtime.txt)
python=${PYTHON:-}
if [ -z "$python" ] || [ "$python" = python3 ]; then
    python=python3
    if command -v "python$wanted" >/dev/null 2>&1; then python="python$wanted"; fi
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a clone would have: the tracked files, and those about to be, as they are now.
mkdir "$work/repo" "$work/home"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    [ -e "$file" ] || continue
    mkdir -p "$work/repo/$(dirname "$file")"
    cp -pP "$file" "$work/repo/$file"
done

# Nothing of this machine's own Jupyter, Python or iamlab settings may help or hinder.
for name in $(compgen -e | grep -E '^(JUPYTER|IPYTHON|IAMLAB|PYTHON|VIRTUAL_ENV)' || true); do unset "$name"; done

echo "binder-check: installing binder/requirements.txt ($("$python" --version))"
"$python" -m venv "$work/venv"
export PATH="$work/venv/bin:$PATH"
cd "$work/repo"
pip --disable-pip-version-check install --quiet -r binder/requirements.txt
export HOME="$work/home" # only now, for pip's own settings are in the old one

echo "binder-check: running binder/postBuild"
[ -x binder/postBuild ] || { echo "binder/postBuild is not executable" >&2; exit 1; }
./binder/postBuild
for setting in page_config default_setting_overrides; do
    [ -f "$work/venv/etc/jupyter/labconfig/$setting.json" ] || { echo "JupyterLab would not find $setting" >&2; exit 1; }
done

echo "binder-check: running lesson 01 in the learner's folder"
cd iamlab-lessons
[ -f 00-start.ipynb ] || { echo "there is no start page in iamlab-lessons" >&2; exit 1; }
for lesson in 00-*.ipynb 01-*.ipynb; do
    jupyter nbconvert --log-level=WARN --to notebook --execute --output-dir "$work/executed" "$lesson"
done
# Taken from what was installed, not from the copy of the repository beside it.
python -c 'import iamlab, sys; sys.exit(not iamlab.__file__.startswith(sys.prefix))' \
    || { echo "iamlab was not installed into the environment" >&2; exit 1; }

echo "binder-check: passed"
