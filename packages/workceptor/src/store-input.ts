import { openUnitFile } from './unit-file.js';

/** Stores everything up to the end of the input in a new file of mode 0600. */
export async function storeInput(path: string, input: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await openUnitFile(path, 'replace');
  try {
    for await (const chunk of input) await file.writeFile(chunk);
  } finally {
    await file.close();
  }
}
