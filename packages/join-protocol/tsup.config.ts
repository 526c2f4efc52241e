import { library } from '@receptorjs/tooling-tsup';

export default library();
