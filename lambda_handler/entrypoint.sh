#!/bin/sh
# Starts the handler: under Lambda as it is; elsewhere inside the Runtime Interface Emulator, which
# is mounted where it is looked for here, and listens on port 8080.
set -eu
emulator=${LAMBDA_EMULATOR:-/usr/local/bin/aws-lambda-rie}
if [ -n "${AWS_LAMBDA_RUNTIME_API:-}" ]; then
    exec python3 -m awslambdaric "$@"
fi
if [ ! -x "$emulator" ]; then
    echo "error: outside Lambda, mount the Runtime Interface Emulator at $emulator" >&2
    exit 1
fi
exec "$emulator" --runtime-interface-emulator-address "0.0.0.0:${PORT:-8080}" \
    --log-level warn python3 -m awslambdaric "$@"
