export { debianPrograms, onPath } from './debian-programs.mjs';
export { freePort } from './free-port.mjs';
export { GoReceptor, goReceptor, skipsWithoutGo } from './go-receptor.mjs';
export { readLine, readUntil } from './read-stream.mjs';
