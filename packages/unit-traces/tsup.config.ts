import { library } from '@receptorjs/tooling-tsup';

export default library({ entry: ['src/index.ts', 'src/internal.ts'] });
