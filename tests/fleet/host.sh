#!/bin/sh
# One host of the fleet. supervisor.py starts it as the first process of namespaces of its own (net, mount, pid, uts, ipc):
# host.sh NAME ADDRESS/BITS SIZE SPACE PYTHON [VISIBLE DIRECTORY]...
set -eu
name=$1 address=$2 size=$3 space=$4 python=$5
shift 5

read -r pid _ </proc/self/stat  # /proc is still the supervisor's, and so is this number
echo "$pid"
read -r _                       # by now it has put eth0 in here

# A private root: what is written to it goes to a file system of this host's own and of this size.
mount -t tmpfs -o "size=$size,mode=0755" "$name" "$space/host"
cd "$space/host"
mkdir upper work root
mount -t overlay -o "lowerdir=$space/layer:/,upperdir=$PWD/upper,workdir=$PWD/work" "$name" root
cd root
for directory in "$@"; do
  mkdir -p ".$directory"
  mount --bind "$directory" ".$directory"
done
[ "$python" = /usr/bin/python3 ] || ln -sfn "$python" usr/bin/python3
mount -t proc proc proc
mount -t tmpfs -o mode=0755 dev dev
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mkdir dev/pts dev/shm
chmod 1777 dev/shm
mount -t devpts -o newinstance,mode=0620,ptmxmode=0666 pts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
pivot_root . mnt
umount --lazy /mnt
echo "$name" >/proc/sys/kernel/hostname

ip link set lo up
ip address add "$address" dev eth0
ip link set eth0 up
/usr/sbin/sshd -f /etc/fleet/sshd_config -E /run/sshd.log
echo up
exec </dev/null >/dev/null 2>&1
# The first process of a host also takes over, and reaps, what others leave behind: the shell does so while it waits.
while :; do sleep 86400; done
