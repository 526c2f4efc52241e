import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

// 32 MiB and some 60 ms of a core for each guess
const COST = 2 ** 15;
const BLOCK = 8;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const MAX_MEMORY = 2 ** 27;
const MAX_PASSWORD = 1024;

/** Guesses that are worked out at once; the others wait, and leave threads to files and names. */
const AT_ONCE = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  if (running < AT_ONCE) running += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await derived(password, salt, options);
  } finally {
    // whoever waits has the turn of this one
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

function derived(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(
      password.normalize('NFKC'),
      salt,
      KEY_BYTES,
      { ...options, maxmem: MAX_MEMORY },
      (error, key) => {
        if (error) reject(error);
        else resolve(key);
      },
    );
  });
}

/** A password as it is stored: `scrypt$N$r$salt$key`, the last two in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, { N: COST, r: BLOCK, p: 1 });
  return ['scrypt', COST, BLOCK, salt.toString('base64'), key.toString('base64')].join('$');
}

/** Takes the place of a hash where there is no such user, so that the answer takes as long. */
const nobody = `scrypt$${COST}$${BLOCK}$${Buffer.alloc(SALT_BYTES).toString('base64')}$${Buffer.alloc(KEY_BYTES).toString('base64')}`;

/** Whether a password is the one that was stored. Without a stored one it is not, and that takes as long to say. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  if (password.length > MAX_PASSWORD) return false;
  const [scheme, cost, block, salt = '', key = ''] = (stored ?? nobody).split('$');
  if (scheme !== 'scrypt') return false;
  const expected = Buffer.from(key, 'base64');
  const options = { N: Number(cost), r: Number(block), p: 1 };
  const found = await derive(password, Buffer.from(salt, 'base64'), options);
  return (
    stored !== undefined && expected.length === found.length && timingSafeEqual(expected, found)
  );
}
