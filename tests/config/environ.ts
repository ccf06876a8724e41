// CF-6: a variable that was read must not change.
import t from 'tap'
import * as z from 'zod'
import { Config, environ, environment } from '../../lib/config.ts'

const REFUSED = /environ: a variable must not change after it was read, "STELLULA_\w+" did\./

t.test('CF-6: a variable can be set and deleted only before it is read', async (t) => {
  environ['STELLULA_A'] = '1'
  t.equal(process.env['STELLULA_A'], '1')
  delete environ['STELLULA_A']
  environ['STELLULA_A'] = '2'
  t.equal(new Config({ prefix: 'STELLULA_' }).get('A'), '2')
  t.throws(() => {
    environ['STELLULA_A'] = '3'
  }, REFUSED)
  t.throws(() => delete environ['STELLULA_A'], REFUSED)
  t.throws(() => Object.defineProperty(environ, 'STELLULA_A', { value: '3' }), REFUSED)
  t.equal(environ['STELLULA_A'], '2')
})

t.test('CF-6: a variable that was read and not found cannot be set either', async (t) => {
  t.notOk('STELLULA_B' in environ)
  t.throws(() => {
    environ['STELLULA_B'] = '1'
  }, REFUSED)
  t.throws(() => new Config().get('STELLULA_C'), /STELLULA_C is missing/)
  t.throws(() => {
    environ['STELLULA_C'] = '1'
  }, REFUSED)
})

t.test('a change of process.env itself is noticed when it is read again', async (t) => {
  process.env['STELLULA_D'] = '1'
  const config = new Config()
  t.equal(config.get('STELLULA_D'), '1')
  process.env['STELLULA_D'] = '2'
  t.throws(() => config.get('STELLULA_D'), REFUSED)
  process.env['STELLULA_D'] = '1'
  t.equal(config.get('STELLULA_D'), '1')
})

t.test('variables that a schema does not name are not read', async (t) => {
  process.env['STELLULA_E'] = '5'
  t.same(environment(z.object({ E: z.int() }), { prefix: 'STELLULA_' }), { E: 5 })
  environ['STELLULA_F'] = '1'
  t.ok(Object.keys(environ).includes('STELLULA_F'))
  environ['STELLULA_F'] = '2'
  t.throws(() => {
    environ['STELLULA_E'] = '6'
  }, REFUSED)
})
