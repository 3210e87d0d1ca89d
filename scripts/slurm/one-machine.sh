#!/usr/bin/env bash
# Slurm on this machine alone, as root on Debian: installs it where it is missing, starts it, stops it.
#   one-machine.sh start DIR   prints the SLURM_CONF to export; DIR is a new folder that Slurm keeps its state in
#   one-machine.sh stop DIR
# Exit code 3, and why on stderr, where this machine cannot do that.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export HOST DIR CPUS
HOST=$(hostname -s)
CPUS=$(nproc)
DIR=$(realpath -m "${2:?DIR is missing}")

cannot() {
  echo "$1" >&2
  exit 3
}

install() {
  command -v slurmctld slurmd munged >/dev/null && return
  [ -e /etc/debian_version ] || cannot "slurm-wlm and munge are not installed, and this is not Debian."
  { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends install slurm-wlm munge; } >&2 ||
    cannot "apt-get could not install slurm-wlm and munge."
}

start() {
  [ "$(id -u)" = 0 ] || cannot "Slurm's daemons are started by root only."
  install
  mkdir -p "$DIR"/{ctl,d,log}
  head -c 1024 /dev/urandom >"$DIR/munge.key"
  chmod 700 "$DIR"
  chmod 600 "$DIR/munge.key"
  munged --key-file="$DIR/munge.key" --socket="$DIR/munge.socket" --pid-file="$DIR/munged.pid" --seed-file="$DIR/munge.seed" \
    --log-file="$DIR/log/munged.log" --force 2>>"$DIR/log/start.log"
  local port=$((20000 + 2 * (RANDOM % 5000))) # another Slurm may run beside this one; below the ports that the kernel gives away
  sed -e "s|\${HOST}|$HOST|g; s|\${DIR}|$DIR|g; s|\${CPUS}|$CPUS|g; s|\${PORT}|$port|g; s|\${NEXT}|$((port + 1))|g" \
    "$here/one-machine.conf" >"$DIR/slurm.conf"
  export SLURM_CONF="$DIR/slurm.conf"
  slurmctld 2>>"$DIR/log/start.log"
  slurmd 2>>"$DIR/log/start.log"
  for _ in $(seq 100); do
    [ "$(sinfo -h -o %T 2>/dev/null)" = idle ] && echo "$SLURM_CONF" && return
    sleep 0.2
  done
  cat "$DIR"/log/*.log >&2
  stop
  exit 1
}

# Jobs first: their own daemons outlive slurmd.
stop() {
  export SLURM_CONF="$DIR/slurm.conf"
  scancel --user=root 2>>"$DIR/log/stop.log" || true
  for _ in $(seq 50); do
    [ -n "$(squeue -h 2>>"$DIR/log/stop.log")" ] || break
    sleep 0.2
  done
  for daemon in d ctl munged; do
    [ -e "$DIR/$daemon.pid" ] || continue
    local pid
    pid=$(cat "$DIR/$daemon.pid")
    kill "$pid" || continue
    for _ in $(seq 50); do # until it has written its last; one that nobody waits for stays as a zombie
      [ -e "/proc/$pid" ] && ! grep -q '^State:.Z' "/proc/$pid/status" || break
      sleep 0.1
    done
  done
}

case ${1:-} in
start) start ;;
stop) stop ;;
*) sed -n '2,5s/^# *//p' "$0" >&2 && exit 2 ;;
esac
