export { default } from '@receptorjs/tooling-eslint';
