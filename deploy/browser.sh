#!/bin/sh
# A Chromium for the tests of the dashboard: the machine's own, Debian's, or one from npm.
set -eu
cd "$(dirname "$0")/../frontend"

for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done

echo "· browser"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
else
  # Without root: a build that brings its libraries. It unpacks itself into the temporary folder.
  mkdir -p .browser
  npm install --prefix .browser --no-save --loglevel=error @sparticuz/chromium@153.0.0 >/dev/null
  (cd .browser && node --input-type=module --eval '
    import chromium from "@sparticuz/chromium";
    console.log(await chromium.executablePath());
  ') >.chromium
fi
