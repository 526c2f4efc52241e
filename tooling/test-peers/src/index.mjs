export { freePort } from './free-port.mjs';
export { GoReceptor, goReceptor, skipsWithoutGo } from './go-receptor.mjs';
export { readLine } from './read-line.mjs';
