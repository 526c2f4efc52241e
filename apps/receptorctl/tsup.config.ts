import { app } from '@receptorjs/tooling-tsup';

export default app();
