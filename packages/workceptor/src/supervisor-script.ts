import { quoteShellWord } from './shell-words.js';

/**
 * The POSIX shell script that supervises one command. It runs in a session of its own and needs no daemon:
 *
 * - it claims the unit by creating `started` (and gives up when that exists), with its process ID, the boot ID of the
 *   machine and its start time in it;
 * - the command runs in its foreground (in the background it would ignore SIGINT), with the unit's `stdin` and
 *   `stdout`, after its own process ID and start time were written to `pid`;
 * - afterwards it writes `exit N` or `signal N` to `exit`. A shell tells death by signal N and `exit 128+N` apart only
 *   by the message it prints for the first, which is looked for in `supervisor.err`.
 *
 * Each file is written by one write and ends in a line break, by which a reader knows that it is whole. The words of
 * the command stand in the script, which only the owner may read, and not in the supervisor's arguments.
 */
export function supervisorScript(unitDir: string, words: readonly string[]): string {
  return `u=${quoteShellWord(unitDir)}
trap : HUP INT TERM
mask=$(umask)
umask 077
boot= self=
{ read -r boot </proc/sys/kernel/random/boot_id; read -r self </proc/$$/stat; } 2>/dev/null ||
  self=$(ps -o lstart= -p $$)
set -C
{ printf '%s\\n%s\\n%s\\n' $$ "$boot" "$self" >"$u/started"; } 2>/dev/null || exit 1
set +C
{
  (
    { read -r own </proc/self/stat; } 2>/dev/null || own=$(exec sh -c 'echo "$PPID"')
    printf '%s\\n' "$own" >"$u/pid"
    exec <"$u/stdin" >"$u/stdout" 2>&1
    umask "$mask"
    exec ${words.map((word) => quoteShellWord(word)).join(' ')}
  )
  code=$?
} 2>"$u/supervisor.err"
if [ "$code" -gt 128 ] && [ -s "$u/supervisor.err" ]; then
  printf 'signal %s\\n' $((code - 128)) >"$u/exit"
else
  printf 'exit %s\\n' "$code" >"$u/exit"
fi
`;
}
