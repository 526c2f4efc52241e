import { readFileSync } from 'node:fs';
import type { MemoryGroup } from './memory-group.js';
import type { OutOfMemoryKill } from './unit-end.js';

/** Milliseconds between looks at the counter of a group in which units run. */
const LOOK_MS = 1_000;

/** Milliseconds for which a kill that was counted may explain the end of a command: they happen at once, but are seen one after the other. */
const EXPLAINS_MS = 2_000;

/** A unit in a group that is followed. */
export interface FollowedUnit {
  /** The kill that explains that its command was killed just now, if there was one. Each explains one end. */
  readonly explain: () => OutOfMemoryKill | undefined;
  /** The unit runs no more. */
  readonly letGo: () => void;
}

/** A group in which units run. */
interface FollowedGroup {
  readonly group: MemoryGroup;
  /** Units that run in it. */
  units: number;
  /** Kills that the kernel had counted at the last look. */
  counted: number;
  /** Kills of late that explain no end yet, and when they were seen. */
  unexplained: number;
  seenAt: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * Finds out which commands the kernel has killed for want of memory. It tells nobody which process it was, but counts such
 * kills for each control group: one that was counted when a command was killed explains that, if no other unit ran in the group.
 */
export class OutOfMemoryKills {
  /** By the file of the counter. */
  readonly #groups = new Map<string, FollowedGroup>();

  /** Follows the group in which a unit runs; nothing where the kernel counts nothing for it. */
  follow(group: MemoryGroup): FollowedUnit | undefined {
    const followed = this.#groups.get(group.file) ?? this.#begin(group);
    if (followed === undefined) return undefined;
    followed.units += 1;
    let isOver = false;
    return {
      explain: () => {
        if (isOver) return undefined;
        look(followed);
        if (followed.unexplained === 0) return undefined;
        followed.unexplained -= 1;
        return { group: group.name, others: followed.units - 1 };
      },
      letGo: () => {
        if (isOver) return;
        isOver = true;
        followed.units -= 1;
        if (followed.units > 0) return;
        clearInterval(followed.timer);
        this.#groups.delete(group.file);
      },
    };
  }

  #begin(group: MemoryGroup): FollowedGroup | undefined {
    const counted = killsIn(group.file);
    if (counted === undefined) return undefined;
    const timer = setInterval(() => {
      look(followed);
    }, LOOK_MS).unref();
    const followed: FollowedGroup = {
      group,
      units: 0,
      counted,
      unexplained: 0,
      seenAt: 0,
      timer,
    };
    this.#groups.set(group.file, followed);
    return followed;
  }
}

function look(followed: FollowedGroup): void {
  const now = performance.now();
  if (now - followed.seenAt > EXPLAINS_MS) followed.unexplained = 0;
  const kills = killsIn(followed.group.file);
  // a counter may be taken away with its group
  if (kills === undefined || kills <= followed.counted) return;
  followed.unexplained += kills - followed.counted;
  followed.counted = kills;
  followed.seenAt = now;
}

/** How many kills the kernel has counted in a group; `undefined` where it does not say. */
function killsIn(file: string): number | undefined {
  try {
    const digits = /^oom_kill (\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
    return digits === undefined ? undefined : Number(digits);
  } catch {
    return undefined;
  }
}
