// Passwords as they are kept: a salt and a hash that takes long to compute.
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const hash = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** 32 MiB and about a quarter of a second, as OWASP advises. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 }

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await hash(password.normalize(), salt, 32, COST)
  return `${salt.toString('base64url')}.${key.toString('base64url')}`
}

export async function isPassword(password: string, kept: string): Promise<boolean> {
  const [salt = '', key = ''] = kept.split('.')
  const given = await hash(password.normalize(), Buffer.from(salt, 'base64url'), 32, COST)
  return timingSafeEqual(given, Buffer.from(key, 'base64url'))
}

/** For names that nobody has: refusing them takes as long, so that it does not tell who is here. */
export const nobodys = hashPassword(randomBytes(16).toString('hex'))
