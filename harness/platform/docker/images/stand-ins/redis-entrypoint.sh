#!/bin/sh
# What the official image does with its command: flags alone, or a configuration file, mean redis-server.
# Protected mode would refuse everybody outside the container; the official image is built without it.
set -eu

case "${1-}" in
  -* | *.conf) set -- redis-server "$@" ;;
esac
if [ "${1-}" = redis-server ]; then
  shift
  case "${1-}" in
    -v | --version | -h | --help) set -- redis-server "$@" ;;
    *.conf)
      configuration=$1
      shift
      set -- redis-server "$configuration" --protected-mode no "$@"
      ;;
    *) set -- redis-server --protected-mode no "$@" ;;
  esac
fi
exec "$@"
