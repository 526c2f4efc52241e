export { findChromium } from './chromium.mjs';
export { debianPrograms, onPath } from './debian-programs.mjs';
export { freePort } from './free-port.mjs';
export { GoReceptor, goReceptor, skipsWithoutGo } from './go-receptor.mjs';
export { notifySocket } from './notify-socket.mjs';
export { readLine, readUntil } from './read-stream.mjs';
