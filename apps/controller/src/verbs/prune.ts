import { pruneRecords } from '@receptorjs/controller-storage';
import { openController } from '../composition.js';

/** What is removed. */
export interface PruneArguments {
  readonly dataDir: string;
  /** Days. */
  readonly jobs?: number | undefined;
  readonly activity?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Removes what is older than somebody wants to keep it. A controller that runs on PostgreSQL may go on meanwhile. */
export async function prune(
  { dataDir, jobs: jobDays, activity: activityDays, dryRun = false }: PruneArguments,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { storage } = await openController(dataDir, env);
  try {
    await storage.migrate();
    const limits = { jobDays, activityDays };
    const { jobs, activities } = await pruneRecords(storage.database, limits, dryRun);
    const what = `${jobs} jobs with their events and ${activities} entries of the activity stream`;
    console.log(dryRun ? `${what} would be removed.` : `${what} are removed.`);
  } finally {
    await storage.close();
  }
}
