import { checkConfigurationPage } from './configuration-page.mjs';
import { checkCycles } from './cycles.mjs';
import { checkDecisions } from './decisions.mjs';
import { checkDefects } from './defects.mjs';
import { checkLayers } from './layers.mjs';
import { checkLinks } from './links.mjs';
import { checkManifests } from './manifests.mjs';
import { checkMaps } from './map.mjs';
import { checkNames } from './naming.mjs';
import { checkReadmes } from './readme.mjs';
import { checkThrows } from './throws.mjs';

// With `--write` pages that are made from something are made again first.
const write = process.argv.includes('--write');
const problems = [
  ...checkLayers(),
  ...checkCycles(),
  ...checkManifests(),
  ...checkMaps(),
  ...checkNames(),
  ...checkThrows(),
  ...checkReadmes({ write }),
  ...checkDefects({ write }),
  ...checkDecisions({ write }),
  ...checkLinks(),
  ...(await checkConfigurationPage({ write })),
];
for (const problem of problems) console.error(problem);
console.log(problems.length ? `${problems.length} rules broken` : 'repository rules hold');
process.exitCode = problems.length ? 1 : 0;
