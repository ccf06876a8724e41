// Who calls, and what they may do.
import { randomBytes } from 'node:crypto'
import { SimpleUser } from 'stellula/authentication'
import { issueJWT, jwtIdentity } from 'stellula/middleware/jwt'
import { database } from './database.ts'
import type { User } from './tables.ts'

const { TASKS_SECRET } = process.env
/** Without a secret, tokens are valid until the next start. */
const key = TASKS_SECRET === undefined ? randomBytes(32) : Buffer.from(TASKS_SECRET)
const signed = { key, algorithm: 'HS256', issuer: 'tasks' }

export const TOKEN_SECONDS = 3600

export function tokenFor(user: Pick<User, 'id'>): Promise<string> {
  return issueJWT({ ...signed, subject: String(user.id), expiresIn: TOKEN_SECONDS })
}

export class Account extends SimpleUser {
  readonly id: number
  readonly name: string
  readonly role: User['role']

  constructor({ id, name, role }: Pick<User, 'id' | 'name' | 'role'>) {
    super(name)
    this.id = id
    this.name = name
    this.role = role
  }
}

/** The token says who it is, the database what they may do: a role that is taken away is gone at once. */
export const caller = jwtIdentity({
  keys: key,
  algorithms: [signed.algorithm],
  issuer: signed.issuer,
  identify: async ({ sub }, connection) => {
    const db = await database.of(connection)
    const query = db
      .selectFrom('users')
      .select(['id', 'name', 'role'])
      .where('id', '=', Number(sub))
    const user = await query.executeTakeFirst()
    return user === undefined ? null : { user: new Account(user), scopes: [user.role] }
  },
})

export const admin = caller.requiring('admin')
