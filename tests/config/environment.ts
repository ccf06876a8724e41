// CF-1, CF-2 by a schema: all that is missing or wrong, in one error.
import { type } from 'arktype'
import t from 'tap'
import * as v from 'valibot'
import * as z from 'zod'
import { secret } from '../../lib/authentication/authentication.ts'
import { environment } from '../../lib/config.ts'

const Settings = z.object({
  PORT: z.int().default(8000),
  DEBUG: z.boolean().default(false),
  HOSTS: z.array(z.string()).default([]),
  WEIGHTS: z.array(z.number()).optional(),
  LIMITS: z.object({ day: z.int() }).optional(),
  NAME: z.string().optional(),
  KEY: z.string().min(3).transform(secret),
})

t.test('texts are converted to the types of the schema', async (t) => {
  const values = {
    SHOP_PORT: '80',
    SHOP_DEBUG: 'True',
    SHOP_HOSTS: 'a, "b, c"',
    SHOP_WEIGHTS: '1,2.5',
    SHOP_LIMITS: '{"day":3}',
    SHOP_NAME: '',
    SHOP_KEY: 'abc',
    OTHER: 'x',
  }
  const { KEY, ...settings } = environment(Settings, { prefix: 'SHOP_', values })
  t.same(settings, {
    PORT: 80,
    DEBUG: true,
    HOSTS: ['a', 'b, c'],
    WEIGHTS: [1, 2.5],
    LIMITS: { day: 3 },
    NAME: '',
  })
  t.equal(KEY.reveal(), 'abc')
})

t.test('beside certain texts, other types are converted', async (t) => {
  const level = z.union([z.enum(['all', 'none']), z.int()])
  const schema = z.object({ A: level, B: level, C: z.enum(['x']).default('x') })
  t.same(environment(schema, { values: { A: 'all', B: '5' } }), { A: 'all', B: 5, C: 'x' })
  t.throws(() => environment(schema, { values: { A: '1', B: '2', C: '' } }), /C/)
})

t.test('an empty variable is missing unless the schema wants text', async (t) => {
  const settings = environment(Settings, { values: { PORT: '', DEBUG: '', KEY: 'abc' } })
  t.equal(settings.PORT, 8000)
  t.equal(settings.DEBUG, false)
})

t.test('all missing and invalid variables are one error, without the values', async (t) => {
  const values = {
    SHOP_PORT: 'eighty',
    SHOP_DEBUG: 'perhaps',
    SHOP_LIMITS: '{"day":"x"}',
    SHOP_HOSTS: 'a',
  }
  try {
    environment(Settings, { prefix: 'SHOP_', values })
    t.fail('it must throw')
  } catch (error) {
    const { message, issues } = error as { message: string; issues: { name: string }[] }
    t.same(
      issues.map(({ name }) => name),
      ['SHOP_PORT', 'SHOP_DEBUG', 'SHOP_LIMITS', 'SHOP_KEY'],
    )
    t.match(message, /^environment: 4 variables are missing or invalid\.\n- SHOP_PORT is invalid: /)
    t.match(message, '\n- SHOP_LIMITS is invalid at /day: ')
    t.match(message, '\n- SHOP_KEY is missing.')
    t.notMatch(message, /eighty|perhaps/)
  }
})

t.test('schemas of arktype, and of valibot without JSON Schema, work too', async (t) => {
  const values = { PORT: '80', EXTRA: 'x' }
  t.same(environment(type({ PORT: 'number' }), { values }).PORT, 80)
  t.same(environment(v.object({ PORT: v.string() }), { values }), { PORT: '80' })
  t.throws(() => environment(type({ PORT: 'number', KEY: 'string' }), { values }), {
    message: 'environment: KEY is missing.',
  })
  t.same(environment(z.looseObject({ PORT: z.int() }), { values }), { PORT: 80, EXTRA: 'x' })
  const whole = z.object({ PORT: z.int() }).refine(() => false, 'Two settings disagree.')
  t.throws(() => environment(whole, { values }), {
    message: 'environment: The environment is invalid: Two settings disagree.',
  })
})

t.test('a schema must be a synchronous Standard Schema', async (t) => {
  t.throws(() => environment({} as never), /environment: the schema must be a Standard Schema/)
  const slow = z.object({ A: z.string().refine(async () => true) })
  t.throws(() => environment(slow, { values: { A: 'a' } }), TypeError)
})
