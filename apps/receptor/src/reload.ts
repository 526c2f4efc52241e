import { errorText } from '@receptorjs/primitives';
import type { ReloadChanges, ReloadHandler, ReloadOutcome } from '@receptorjs/control-service';
import {
  describeAction,
  planReload,
  type Action,
  type ReloadPlan,
} from '@receptorjs/receptor-config';
import { checkAllNamedFiles } from './checks/named-files.js';
import type { Daemon } from './daemon.js';
import type { LevelledLog } from './log/log.js';
import type { NodeOffers } from './node-offers.js';
import { nodeSettings, type NodeSettings } from './node-settings.js';
import type { Notice } from './runner-work.js';

/** Clients tell kinds of failure by these numbers at the end of the text. */
const CODE = { fixedActionChanged: 3, configuration: 4 } as const;

/** What a reload works on. */
export interface ReloadParts {
  /** What the node was started with. */
  readonly offers: NodeOffers;
  /** Reads the configuration anew. */
  read(): NodeOffers;
  readonly hostname: string;
  readonly log: LevelledLog;
}

/** Reads the configuration again and carries out what has changed, one reload at a time. It alone writes its fields. */
export class Reloader {
  readonly #parts: ReloadParts;
  /** Those that run now. */
  #actions: readonly Action[];
  /** What has been said of them. */
  #notices: readonly Notice[];
  #last: Promise<unknown> = Promise.resolve();
  readonly #daemon: Promise<Daemon>;

  /** @param daemon what runs the actions; reloads wait until it has started */
  constructor(daemon: Promise<Daemon>, parts: ReloadParts) {
    this.#daemon = daemon;
    this.#parts = parts;
    this.#actions = parts.offers.actions;
    this.#notices = parts.offers.notices;
  }

  readonly reload: ReloadHandler = (options) => {
    const outcome = this.#last.then(() => this.#reload(options));
    this.#last = outcome.catch(() => undefined);
    return outcome.then((result) => {
      if (!result.success && !options.planOnly) {
        this.#parts.log.error(`Configuration not reloaded: ${result.error}`);
      }
      return result;
    });
  };

  async #reload({ planOnly }: { planOnly: boolean }): Promise<ReloadOutcome> {
    const daemon = await this.#daemon;
    let plan: ReloadPlan;
    let settings: NodeSettings;
    let offers: NodeOffers;
    try {
      offers = this.#parts.read();
      const after = offers.actions;
      settings = nodeSettings(after, this.#parts.hostname);
      plan = planReload(this.#actions, after);
    } catch (error) {
      return failure(errorText(error), CODE.configuration);
    }
    const changes = changesOf(plan);
    if (plan.refusal !== undefined) {
      return { ...failure(plan.refusal.message, CODE.fixedActionChanged), changes };
    }
    try {
      // those of actions that stay too: a file may hold another key by now
      await checkAllNamedFiles(offers.actions);
      if (planOnly) return { success: true, changes };
      await this.#apply(daemon, plan, settings);
      this.#parts.log.info(`Configuration reloaded: ${countsOf(changes)}`);
      this.#tell(offers);
      return { success: true, changes };
    } catch (error) {
      return failure(errorText(error), CODE.configuration);
    }
  }

  /** Says what was not said before. */
  #tell({ notices }: NodeOffers): void {
    const said = new Set(this.#notices.map(({ text }) => text));
    for (const { level, text } of notices) if (!said.has(text)) this.#parts.log[level](text);
    this.#notices = notices;
  }

  /**
   * Nothing has changed when this rejects: what was closed is open again. What could not be opened again, as when another
   * process took its port meanwhile, counts as not there, so that the next reload opens it.
   */
  async #apply(daemon: Daemon, plan: ReloadPlan, settings: NodeSettings): Promise<void> {
    const { parts, tls, node, work } = daemon;
    const { closed, opened, kept, applied } = plan;
    const set = await tls.prepare(closed, opened);
    await parts.close(closed);
    const before = tls.swap(set);
    try {
      await parts.open(opened);
    } catch (error) {
      tls.release(tls.swap(before));
      const lost = new Set(await parts.reopen(closed));
      this.#actions = this.#actions.filter((action) => !lost.has(action));
      throw error;
    } finally {
      daemon.announceWork();
    }
    tls.release(before);
    node.setFirewallRules(settings.firewallRules);
    work.setRoom(settings.room);
    this.#parts.log.setLevel(settings.level);
    const changed = new Set(applied.map((change) => change.before));
    this.#actions = [
      ...kept,
      ...opened,
      ...applied.flatMap(({ after }) => (after === undefined ? [] : [after])),
    ].filter((action) => !changed.has(action));
  }
}

function changesOf({ opened, closed, kept, applied }: ReloadPlan): ReloadChanges {
  const described = (actions: readonly (Action | undefined)[]): string[] =>
    actions.flatMap((action) => (action === undefined ? [] : [describeAction(action)]));
  const changed = applied.filter(({ before, after }) => before && after);
  const others = applied.filter((change) => !changed.includes(change));
  return {
    opened: described([...opened, ...others.map(({ after }) => after)]),
    closed: described([...closed, ...others.map(({ before }) => before)]),
    changed: described(changed.map(({ after }) => after)),
    kept: described(kept),
  };
}

/** The same as `reload --plan` shows. */
const countsOf = ({ closed, opened, changed, kept }: ReloadChanges): string =>
  `${closed.length} closed, ${opened.length} opened, ${changed.length} changed, ${kept.length} kept`;

function failure(text: string, code: number): { success: false; error: string } {
  return { success: false, error: `${text} ERRORCODE ${code}` };
}
