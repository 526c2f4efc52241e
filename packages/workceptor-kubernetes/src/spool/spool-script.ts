/** Where the spool is in the worker: an empty directory that lives as long as the pod. */
export const SPOOL_DIR = '/receptor-output';

/** Bytes that the spool holds and nobody has acknowledged: then the worker's writes wait. */
const UNACKNOWLEDGED_BYTES = 256 * 2 ** 20;

/**
 * Runs a command with its stdout in a spool. Words: the folder, the command.
 *
 * Files in the folder, all written here but `acked`:
 *
 * - `0`, `4194304`...: what was written from that byte on. A file is whole once there is one that begins where it ends, or `end`.
 * - `acked`: bytes that were taken elsewhere and may go. Written by the reader.
 * - `end`: bytes in all, exit status, SHA-256 or `-`, bytes of stdin or `-` where the command did not want all that came. Then the acknowledgement of all is waited for, for a day at most.
 * - `none`: a program that the image has not, so that there is no spool and stdout goes where it went before, once the reader has `seen` it or a
 *   minute is over.
 * - `lost`: the byte behind which writing failed.
 *
 * What handles the output ignores signals that may come to the whole group, as some init processes send them. The command has the umask and the descriptors that it would have without. A shell without job control lets what is in the background ignore SIGINT; `env` of
 * coreutils 8.31 puts that right. A signal ends a `wait` with a status of its own, also one that has seen the command's end: it is asked for once more then.
 *
 * `dd` writes each piece that it reads at once, and no more than it may, which neither `cat` nor every `head` does. Descendants of
 * a command that has ended have five idle seconds to close stdout.
 */
const SPOOL = `
d=$1; shift
for p in cat dd mkfifo mv rm sleep tee wc; do
  command -v $p >/dev/null && continue
  echo $p >$d/none
  i=0; while [ ! -e $d/seen ] && [ $i -lt 60 ] && sleep 1; do i=$((i+1)); done
  exec "$@"
done
u=$(umask)
umask 077
echo 0 >$d/acked && mkfifo $d/in $d/out $d/hash $d/stdin $d/tally || exit 126
pause() { sleep $1 2>/dev/null || sleep 1; }
trap '' HUP INT QUIT TERM USR1 USR2
if command -v sha256sum >/dev/null; then sha256sum <$d/hash >$d/sum &
else cat <$d/hash >/dev/null & fi
h=$!
tee $d/hash <$d/in >$d/out & t=$!
(
  at=0
  while :; do
    while read -r a <$d/acked; [ $((at-a)) -ge ${UNACKNOWLEDGED_BYTES} ]; do : >$d/full; pause 0.2; done
    rm -f $d/full
    dd bs=65536 count=1024 of=$d/$at 2>/dev/null || { echo $at >$d/lost; cat >/dev/null; break; }
    n=$(wc -c <$d/$at)
    [ $n -gt 0 ] || break
    at=$((at+n))
  done
  echo $at >$d/total
) <$d/out & o=$!
exec 3<&0
x=; ! env --default-signal=INT true 2>/dev/null || x='env --default-signal=INT,QUIT'
wc -c <$d/tally >$d/fed.bytes & w=$!
{ tee $d/tally <&3 >$d/stdin 2>/dev/null && : >$d/fed || : >$d/unfed; } &
(umask $u; trap - HUP INT QUIT TERM USR1 USR2; exec $x "$@") <$d/stdin 3<&- >$d/in & c=$!
exec 3<&- </dev/null
trap 'kill -TERM $c' TERM
trap 'kill -INT $c' INT
while wait $c; r=$?; [ $r -gt 128 ] && kill -0 $c 2>/dev/null; do :; done
[ $r -le 128 ] || { wait $c 2>/dev/null; s=$?; [ $s -eq 127 ] || r=$s; }
i=0
until [ -e $d/total ]; do
  kill -0 $o 2>/dev/null || [ -e $d/total ] || { echo 0 >$d/lost; echo 0 >$d/total; }
  i=$((i+1)); [ ! -e $d/full ] || i=0
  [ $i -ne 50 ] || kill -9 $t
  pause 0.1
done
trap 'exit $r' TERM INT
read -r n <$d/total
wait $t || [ $i -ge 50 ] || echo $n >$d/lost
wait $h
read -r s x <$d/sum
s=\${s:--}
g=-; i=0
until [ -e $d/fed ] || [ -e $d/unfed ] || [ $i -ge 10 ]; do i=$((i+1)); pause 0.05; done
[ ! -e $d/fed ] || { wait $w; read -r g <$d/fed.bytes; }
[ -e $d/lost ] || { echo "$n $r $s $g" >$d/end.new; mv $d/end.new $d/end; }
i=0
while read -r a <$d/acked; [ $a -lt $n ] && [ $i -lt 86400 ]; do
  [ $i -lt 50 ] && pause 0.1 || sleep 1
  i=$((i+1))
done
exit $r
`;

/**
 * Writes the spool to stdout from a byte on, and follows it to its end. Words: the folder, the byte, who reads.
 *
 * Takes acknowledgements on stdin, a number of bytes a line, and removes files that are behind them. The end of stdin ends it, and so
 * does another reader. Behind the last byte it says on stderr `end BYTES STATUS SHA256 STDIN`, and exits with 0 once so many are acknowledged;
 * or `lost BYTE`, and so many and one; or `none PROGRAM`, and nothing is.
 */
const READ = `
d=$1; at=$2; id=$3
[ -e $d/none ] && { read -r p <$d/none; : >$d/seen; echo "none $p" >&2; exit 0; }
[ -e $d/acked ] || { echo 'there is no spool yet' >&2; exit 4; }
echo $id >$d/reader.$id && mv $d/reader.$id $d/reader
pause() { sleep $1 2>/dev/null || sleep 1; }
exec 3<&0
{
  while read -r a; do
    read -r o <$d/acked
    [ $a -gt $o ] || continue
    echo $a >$d/acked.$id && mv $d/acked.$id $d/acked
    keep=-1
    for f in $d/[0-9]*; do b=\${f##*/}; [ $b -lt $a ] && [ $b -gt $keep ] && keep=$b; done
    for f in $d/[0-9]*; do [ \${f##*/} -ge $keep ] || rm -f $f; done
  done
  kill $$
} <&3 >/dev/null 2>&1 & acks=$!
exec 3<&- </dev/null
trap 'kill $acks' EXIT
taken() { while read -r a <$d/acked; [ $a -lt $1 ]; do pause 0.05; done; exit 0; }
while :; do
  b=-1
  for f in $d/[0-9]*; do n=\${f##*/}; [ "$n" -le $at ] && [ $n -gt $b ] && b=$n; done 2>/dev/null
  if [ $b -lt 0 ]; then
    for f in $d/[0-9]*; do [ -e $f ] && { echo "lost $at" >&2; taken $((at+1)); }; done
    pause 0.1; continue
  fi
  exec 4<$d/$b
  dd bs=1 skip=$((at-b)) count=0 <&4 2>/dev/null
  idle=0
  while :; do
    over=; more=; [ ! -e $d/end ] || over=1; [ ! -e $d/lost ] || over=1
    n=$(wc -c <$d/$b)
    [ $n -eq 0 ] || [ ! -e $d/$((b+n)) ] || more=1
    cat <&4
    [ -z "$more" ] || { at=$((b+n)); break; }
    if [ -n "$over" ]; then
      [ -e $d/lost ] && { read -r n <$d/lost; echo "lost $n" >&2; taken $((n+1)); }
      read -r n r s g <$d/end; echo "end $n $r $s $g" >&2; taken $n
    fi
    read -r who <$d/reader; [ "$who" = $id ] || exit 3
    if [ $((b+n)) -gt $at ]; then at=$((b+n)); idle=0; else idle=$((idle+1)); fi
    if [ $idle -lt 10 ]; then pause 0.05; else pause 0.5; fi
  done
done
`;

/** The words that run a command with its stdout in the spool, as arguments of a container, where `$` has a meaning of its own. */
export function spooled(command: readonly string[], folder = SPOOL_DIR): readonly string[] {
  return ['sh', '-c', SPOOL.replaceAll('$', '$$$$'), 'receptor-output', folder, ...command];
}

/**
 * The words that read the spool of a worker from a byte on.
 *
 * @param reader names this attempt: letters and digits
 */
export function spoolReader(
  position: number,
  reader: string,
  folder = SPOOL_DIR,
): readonly string[] {
  return ['sh', '-c', READ, 'receptor-output-reader', folder, String(position), reader];
}
