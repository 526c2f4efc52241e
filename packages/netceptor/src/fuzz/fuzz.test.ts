import { fuzz } from '@receptorjs/tooling-fuzz';
import { fuzzTargets } from './fuzz-targets.js';

for (const { name, corpus, run } of fuzzTargets()) {
  fuzz(name, {
    corpus,
    maxMs: 1_000,
    run: (input) => {
      run(input);
      return undefined;
    },
  });
}
