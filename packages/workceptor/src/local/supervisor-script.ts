import { quoteShellWord } from '@receptorjs/primitives';
import { hasProc } from '@receptorjs/process-table';

/** The last line of each script. */
export const scriptEnd = '# end\n';

/** Lines of the script that differ by system. */
interface SystemLines {
  /** Sets what tells the supervisor's start time, as `ProcessEntry` has it, and the boot ID where that is not given. */
  readonly ownIdentity: string;
  /** Sets the process ID of the subshell that becomes the command. */
  readonly commandId: string;
}

const byProc: SystemLines = {
  ownIdentity:
    '{ [ -n "$_unit_boot" ] || read -r _unit_boot </proc/sys/kernel/random/boot_id; read -r _unit_self </proc/$$/stat; } 2>/dev/null',
  // a shell reads a file byte by byte, and a folder at once
  commandId: 'set -- /proc/self/task/*; _unit_own=${1##*/}',
};

/** Without a `ps` that works the start time stays empty, and the unit can only be ended by the daemon that started it. */
const byPs: SystemLines = {
  ownIdentity: '_unit_self=$(LC_ALL=C TZ=UTC0 ps -o lstart= -p $$ 2>/dev/null)',
  commandId: `_unit_own=$(exec sh -c 'echo "$PPID"')`,
};

/**
 * The POSIX shell script that supervises one command. It runs in a session of its own and needs no daemon:
 *
 * - it claims the unit by creating `started` (and gives up when that exists), with its process ID, the boot ID of the
 *   machine and its start time in it;
 * - the command runs in its foreground (in the background it would ignore SIGINT), with the unit's `stdin` and
 *   `stdout`, after its own process ID was written to `pid`;
 * - afterwards it writes `exit N` or `signal N` to `exit`. A shell tells death by signal N and `exit 128+N` apart only
 *   by the message it prints for the first, which is looked for in `supervisor.err`. While the disk is full it tries
 *   again.
 *
 * Its arguments are the boot ID and the umask, which it finds out by itself where they are missing: the first by a read of a byte at a
 * time, the second by another process.
 *
 * Its variables have names that no environment has: a shell hands a changed variable on when it came with the environment.
 *
 * Each file is written by one write and ends in a line break, by which a reader knows that it is whole. The words of
 * the command stand in the script, which only the owner may read, and not in the supervisor's arguments.
 *
 * See docs/decisions/0021-supervisor-in-shell.md.
 */
export function supervisorScript(unitDir: string, words: readonly string[]): string {
  const { ownIdentity, commandId } = hasProc() ? byProc : byPs;
  return `_unit=${quoteShellWord(unitDir)}
trap : HUP INT TERM
_unit_boot=$1 _unit_mask=\${2:-$(umask)}
umask 077
_unit_self= _unit_code=2
${ownIdentity}
set -C
{ printf '%s\\n%s\\n%s\\n' $$ "$_unit_boot" "$_unit_self" >"$_unit/started"; } 2>/dev/null || exit 1
set +C
{
  (
    ${commandId}
    printf '%s\\n' "$_unit_own" >"$_unit/pid"
    exec <"$_unit/stdin" >"$_unit/stdout" 2>&1
    umask "$_unit_mask"
    exec ${words.map(quoteShellWord).join(' ')}
  )
  _unit_code=$?
} 2>"$_unit/supervisor.err"
_unit_end="exit $_unit_code"
if [ "$_unit_code" -gt 128 ] && [ -s "$_unit/supervisor.err" ]; then
  _unit_end="signal $((_unit_code - 128))"
fi
until printf '%s\\n' "$_unit_end" >"$_unit/exit"; do
  [ -d "$_unit" ] || exit 1
  sleep 1
done
${scriptEnd}`;
}
