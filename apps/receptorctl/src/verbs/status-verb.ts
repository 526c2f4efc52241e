import type { Session } from '../session.js';
import { statusOverview } from '../output/status-overview.js';
import { statusTable } from '../output/status-table.js';
import { hasColour, isSeen } from '../output/terminal-table.js';
import { harmless, printJson } from '../output/terminal.js';

/** Prints the status of the mesh. Scripts ask for it all the time, so it needs none of what other verbs do. */
export async function status(
  session: Session,
  { json }: { readonly json?: boolean | undefined },
): Promise<void> {
  const reply = await session.first.status();
  if (json) printJson(reply);
  else if (isSeen()) {
    // the original does not know them
    const roundTrips = await session.first.status(['RTT']).catch(() => ({}));
    process.stdout.write(statusOverview({ ...reply, ...roundTrips }, hasColour()));
  } else process.stdout.write(harmless(statusTable(reply)));
}
