/** Where the spool is in the worker: an empty directory that lives as long as the pod. */
export const SPOOL_DIR = '/receptor-output';

/** Bytes that the spool holds and nobody has acknowledged: then the worker's writes wait. */
const UNACKNOWLEDGED_BYTES = 256 * 2 ** 20;

/** Bytes of the largest file of the spool, in blocks of what a pipe gives at once. */
const BLOCK_BYTES = 64 * 1024;
const FILE_BLOCKS = 128;

/** Tenths of a second without an acknowledgement after which a worker that was told to end does so. */
const LOOKS_ONCE_TOLD = 30;

/**
 * Runs a command with its stdout in a spool. Words: the folder, the command. Its variables have a prefix that no pod's have, for what a shell finds in its
 * environment it exports.
 *
 * Files in the folder, written here but `acked` and `reader`:
 *
 * - `0`, `4194304`...: what was written from that byte on. A file is whole once there is one that begins where it ends, or `end`.
 * - `acked`: bytes that were taken elsewhere and may go. Written by the reader, and never less than before.
 * - `end`: bytes in all, exit status, SHA-256 or `-`, bytes of stdin or `-` where the command did not want all that came. Then
 *   the acknowledgement of one byte more is waited for, for a day at most: whoever sends it has heard the end. A command that was told to end is in a
 *   pod that is on its way out: then three seconds without any acknowledgement are enough, for nobody may read any more.
 * - `none`: a program that the image has not, so that there is no spool and stdout goes where it went before, once the reader has `seen` it or a
 *   minute is over.
 * - `lost`: a byte behind which something is missing, and why: files could not be written (`write`), what copies or writes them was ended (`copier`,
 *   `writer`), or one is not there (`missing`, written by the reader). What comes then is thrown away, and more than so many are to be acknowledged.
 * - `fed`, `unfed`: stdin has ended and gone on to the command, or it does not want what still comes.
 * - `fed.bytes`: how much that was.
 * - `room`: space for the small ones on a full disk.
 *
 * What handles the output ignores signals that may come to the whole group, as some init processes send them, and its death is known. The command has
 * the umask and the descriptors that it would have without, and gets the signals. A shell without job control lets what is in the background
 * ignore SIGINT; `env` of coreutils 8.31 puts that right. A signal ends a `wait` with a status of its own, also one that has seen the command's end: it
 * is asked for once more then.
 *
 * `dd` writes each piece that it reads at once, and no more than it may, which neither `cat` nor every `head` does. Descendants of a command that has
 * ended have four seconds to close stdout, in which only those moments count at which the disk answers and nothing is being written; what
 * the command has written has gone its way then. There is no digest of what such a descendant goes on writing.
 */
const SPOOL = `
sp_d=$1; shift
for sp_p in cat dd mkfifo mv rm sleep tee wc; do
  command -v $sp_p >/dev/null && continue
  echo $sp_p >$sp_d/none
  sp_i=0; while [ ! -e $sp_d/seen ] && [ $sp_i -lt 60 ] && sleep 1; do sp_i=$((sp_i+1)); done
  exec "$@"
done
sp_u=$(umask)
umask 077
echo 0 >$sp_d/acked && mkfifo $sp_d/in $sp_d/out $sp_d/hash $sp_d/stdin $sp_d/tally || exit 126
dd if=/dev/zero of=$sp_d/room bs=65536 count=1 2>/dev/null
sp_pause() { sleep $1 2>/dev/null || sleep 1; }
sp_lost() { rm -f $sp_d/room; echo "$1 $2" >$sp_d/lost.$2 && mv $sp_d/lost.$2 $sp_d/lost; }
sp_signals='HUP INT QUIT TERM USR1 USR2'
trap '' $sp_signals
if command -v sha256sum >/dev/null; then sha256sum <$sp_d/hash >$sp_d/sum &
else cat <$sp_d/hash >/dev/null & fi
sp_h=$!
tee $sp_d/hash <$sp_d/in >$sp_d/out 2>/dev/null & sp_t=$!
(
  exec 5<&0
  sp_at=0
  while :; do
    while read -r sp_a <$sp_d/acked; [ $((sp_at-sp_a)) -ge ${UNACKNOWLEDGED_BYTES} ] && [ ! -e $sp_d/lost ]; do
      : >$sp_d/full; sp_pause 0.2
    done
    rm -f $sp_d/full
    [ ! -e $sp_d/lost ] || { cat <&5 >/dev/null; break; }
    dd bs=${BLOCK_BYTES} count=${FILE_BLOCKS} of=$sp_d/$sp_at <&5 2>/dev/null & echo $! >$sp_d/now
    wait $! || { sp_lost $sp_at write; cat <&5 >/dev/null; break; }
    sp_n=$(wc -c <$sp_d/$sp_at)
    [ $sp_n -gt 0 ] || break
    sp_at=$((sp_at+sp_n))
  done
  rm -f $sp_d/room
  echo $sp_at >$sp_d/total
) <$sp_d/out & sp_w=$!
exec 3<&0
wc -c <$sp_d/tally >$sp_d/fed.bytes & sp_b=$!
{ tee $sp_d/tally <&3 >$sp_d/stdin 2>/dev/null && : >$sp_d/fed || : >$sp_d/unfed; } &
sp_x=; ! env --default-signal=INT true 2>/dev/null || sp_x='env --default-signal=INT,QUIT'
sp_c=; sp_got=
for sp_s in $sp_signals; do trap "sp_got=$sp_s; [ -z \\"\\$sp_c\\" ] || kill -$sp_s \\$sp_c 2>/dev/null" $sp_s; done
(umask $sp_u; trap - $sp_signals; exec $sp_x "$@") <$sp_d/stdin 3<&- >$sp_d/in & sp_c=$!
exec 3<&- </dev/null
[ -z "$sp_got" ] || kill -$sp_got $sp_c 2>/dev/null
while wait $sp_c; sp_r=$?; [ $sp_r -gt 128 ] && kill -0 $sp_c 2>/dev/null; do :; done
[ $sp_r -le 128 ] || { wait $sp_c 2>/dev/null; sp_s=$?; [ $sp_s -eq 127 ] || sp_r=$sp_s; }
sp_rests() {
  dd if=/dev/null of=$sp_d/idle conv=fsync
  read -r sp_p <$sp_d/now; sp_st=; read -r sp_1 sp_2 sp_st sp_3 </proc/$sp_p/stat
  case $sp_st in D|T|t) return 1; esac
  [ ! -e $sp_d/full ]
} 2>/dev/null
sp_i=0; sp_forced=
until [ -s $sp_d/total ]; do
  sp_i=$((sp_i+1)); [ $sp_i -lt 10 ] || sp_rests || sp_i=9
  [ $sp_i -ne 50 ] || { kill -9 $sp_t; sp_forced=1; }
  kill -0 $sp_w 2>/dev/null || [ -s $sp_d/total ] || { sp_lost 0 writer; echo 0 >$sp_d/total; }
  sp_pause 0.1
done
trap 'exit $sp_r' $sp_signals
read -r sp_n <$sp_d/total
wait $sp_t || [ -n "$sp_forced" ] || [ -e $sp_d/lost ] || sp_lost $sp_n copier
wait $sp_h
sp_s=-
[ -n "$sp_forced" ] || [ ! -s $sp_d/sum ] || read -r sp_s sp_1 <$sp_d/sum
sp_g=-; sp_i=0
until [ -e $sp_d/fed ] || [ -e $sp_d/unfed ] || [ $sp_i -ge 10 ]; do sp_i=$((sp_i+1)); sp_pause 0.05; done
[ ! -e $sp_d/fed ] || { wait $sp_b; read -r sp_g <$sp_d/fed.bytes; }
[ -e $sp_d/lost ] || { echo "$sp_n $sp_r $sp_s $sp_g" >$sp_d/end.new && mv $sp_d/end.new $sp_d/end; } || sp_lost $sp_n write
case $sp_got in USR*) sp_got= ;; esac
sp_i=0; sp_k=0; sp_l=
while read -r sp_a <$sp_d/acked; [ $sp_a -le $sp_n ] && [ $sp_i -lt 86400 ]; do
  [ ! -s $sp_d/lost ] || read -r sp_n sp_1 <$sp_d/lost
  [ "$sp_a" = "$sp_l" ] || sp_k=0
  sp_l=$sp_a; sp_k=$((sp_k+1)); sp_i=$((sp_i+1))
  if [ -n "$sp_got" ]; then
    [ $sp_k -le ${LOOKS_ONCE_TOLD} ] || break
    sp_pause 0.1
  elif [ $sp_i -lt 50 ]; then sp_pause 0.1
  else sleep 1; fi
done
exit $sp_r
`;

/**
 * Writes the spool to stdout from a byte on, and follows it to its end. Words: the folder, the byte, who reads.
 *
 * Says on stderr `open` at once, and once stdin has ended `fed BYTES`, or `fed -` where the command wants no more of it. Takes acknowledgements on stdin, a number of bytes a line, and removes files that are behind them. The end of stdin ends it, and so
 * does another reader: what one that was left finds missing, the other one may have taken. What is missing is looked for
 * twice: the first file may have been made a moment ago. Behind the last byte it says on stderr `end BYTES STATUS SHA256 STDIN` or
 * `lost BYTE WHY`, and exits with 0 once more than so many are acknowledged; or `none PROGRAM`, and any.
 */
const READ = `
d=$1; at=$2; id=$3; fed=; missing=
[ -s $d/none ] && { read -r p <$d/none; echo "none $p" >&2; read -r a && : >$d/seen; exit 0; }
[ -e $d/acked ] || { echo 'there is no spool yet' >&2; exit 4; }
echo $id >$d/reader.$id && mv $d/reader.$id $d/reader
echo open >&2
pause() { sleep $1 2>/dev/null || sleep 1; }
size() { stat -c %s $1 2>/dev/null || wc -c <$1; }
note() { echo $1 >$d/acked.$id && mv $d/acked.$id $d/acked; }
exec 3<&0
{
  while read -r a; do
    read -r o <$d/acked
    [ $a -gt $o ] || continue
    note $a || { rm -f $d/room; note $a; }
    keep=-1
    for f in $d/[0-9]*; do b=\${f##*/}; [ $b -lt $a ] && [ $b -gt $keep ] && keep=$b; done
    for f in $d/[0-9]*; do [ \${f##*/} -ge $keep ] || rm -f $f; done
  done
  kill $$
} <&3 >/dev/null 2>&1 & acks=$!
exec 3<&- </dev/null
trap 'kill $acks 2>/dev/null' EXIT
taken() { while read -r a <$d/acked; [ $a -le $1 ]; do pause 0.05; done; exit 0; }
lost() { echo "lost $1 $2" >&2; taken $1; }
miss() { echo $at missing >$d/lost.$id && mv $d/lost.$id $d/lost; }
current() { read -r who <$d/reader; [ "$who" = $id ] || exit 3; }
while :; do
  b=$at
  [ -e $d/$b ] || {
    b=-1
    for f in $d/[0-9]*; do n=\${f##*/}; [ "$n" -le $at ] && [ $n -gt $b ] && b=$n; done 2>/dev/null
  }
  if [ $b -lt 0 ]; then
    current
    seen=
    for f in $d/[0-9]*; do [ ! -e $f ] || seen=1; done
    [ -z "$seen" ] || [ -z "$missing" ] || { current; miss || { rm -f $d/room; miss; }; lost $at missing; }
    missing=$seen
    [ -n "$seen" ] || pause 0.1
    continue
  fi
  missing=
  exec 4<$d/$b
  dd bs=1 skip=$((at-b)) count=0 <&4 2>/dev/null
  idle=0
  while :; do
    [ -n "$fed" ] || {
      [ ! -e $d/unfed ] || fed=-
      [ ! -e $d/fed ] || [ ! -s $d/fed.bytes ] || read -r fed <$d/fed.bytes
      [ -z "$fed" ] || echo fed $fed >&2
    }
    over=; more=; [ ! -s $d/end ] || over=1; [ ! -e $d/lost ] || over=1
    n=$(size $d/$b)
    [ $n -eq 0 ] || [ ! -e $d/$((b+n)) ] || more=1
    cat <&4
    [ -z "$more" ] || { at=$((b+n)); break; }
    if [ -n "$over" ]; then
      [ -e $d/lost ] && { read -r n w <$d/lost; lost $n $w; }
      read -r n r s g <$d/end; echo "end $n $r $s $g" >&2; taken $n
    fi
    current
    if [ $((b+n)) -gt $at ]; then at=$((b+n)); idle=0; else idle=$((idle+1)); fi
    if [ $idle -lt 10 ]; then pause 0.05; elif [ $idle -lt 120 ]; then pause 0.5; else pause 2; fi
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
