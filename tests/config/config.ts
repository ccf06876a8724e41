// CF-1 to CF-8, DS-7, DS-8: settings from the environment and from .env files.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { inspect } from 'node:util'
import t from 'tap'
import { secret } from '../../lib/authentication/authentication.ts'
import {
  boolean,
  Config,
  ConfigError,
  commaSeparated,
  integer,
  number,
  url,
} from '../../lib/config.ts'

const FILE = `# a comment
SHOP_PORT=8000
SHOP_NAME="tea # and milk"

SHOP_QUERY=a=1&b=2
no variable
SHOP_NEXT=3

none
export SHOP_LAST=4
export SHOP_QUOTED='it is'
`

t.test('CF-1: the environment overrides the file, and the file the default', async (t) => {
  const file = path.join(t.testdir({ '.env': FILE }), '.env')
  const config = new Config({ files: file, values: { SHOP_PORT: '9000' } })
  t.equal(config.get('SHOP_PORT'), '9000')
  t.equal(config.get('SHOP_NAME', String, 'x'), 'tea # and milk')
  t.equal(config.get('SHOP_OTHER', String, 'x'), 'x')
  t.throws(() => config.get('SHOP_OTHER'), {
    name: 'ConfigError',
    message: 'Config: SHOP_OTHER is missing, and has no default. Set it, or pass a default.',
  })
  t.throws(() => config.get('constructor'), ConfigError)
})

t.test('CF-2: a cast returns a value, or throws an error without the text', async (t) => {
  const values = {
    YES: 'TRUE',
    NO: '0',
    MAYBE: 'maybe',
    PORT: '80',
    RATE: '-1.5e3',
    LONG: '9'.repeat(20),
  }
  const config = new Config({ values })
  t.equal(config.get('YES', boolean), true)
  t.equal(config.get('NO', boolean), false)
  t.equal(config.get('PORT', integer), 80)
  t.equal(config.get('RATE', number), -1500)
  t.throws(() => config.get('MAYBE', boolean), {
    message: 'Config: MAYBE is not a valid boolean. It must be true, 1, false or 0.',
    issues: [{ name: 'MAYBE', message: 'is not a valid boolean. It must be true, 1, false or 0.' }],
  })
  for (const [name, cast] of [
    ['RATE', integer],
    ['LONG', integer],
    ['MAYBE', number],
  ] as const) {
    t.throws(
      () => config.get(name, cast),
      new RegExp(`Config: ${name} is not a valid ${cast.name}`),
    )
  }
  t.throws(() => config.get('YES', Boolean), /throws for invalid text, "Boolean" was given/)
  t.throws(() => config.get('PORT', Number), /Use boolean, integer or number of stellula\/config/)
})

t.test('CF-3: a text default is cast, and another default is used unchanged', async (t) => {
  const config = new Config({ values: {} })
  t.same(config.get('HOSTS', commaSeparated, 'a, b'), ['a', 'b'])
  t.equal(config.get('DEBUG', boolean, false), false)
  t.equal(config.get('KEY', secret, null), null)
  t.throws(() => config.get('PORT', integer, 'x'), ConfigError)
})

t.test('CF-4, CF-8: files contain lines, comments, quotes, and values with "="', async (t) => {
  const folder = t.testdir({ '.env': FILE, '.env.local': 'SHOP_PORT=1' })
  const files = [path.join(folder, '.env.local'), new URL(`file://${folder}/.env`)]
  const config = new Config({ files, values: {} })
  t.equal(config.get('SHOP_PORT', integer), 1)
  t.equal(config.get('SHOP_QUERY'), 'a=1&b=2')
  t.equal(config.get('SHOP_QUOTED'), 'it is')
  t.equal(config.get('SHOP_NEXT', integer), 3)
  t.equal(config.get('SHOP_LAST', integer), 4)
})

t.test('a byte order mark before a file is no part of the first name', (t) => {
  const file = path.join(t.testdir({ '.env': '\ufeffFIRST=1\r\nSECOND=2\r\n' }), '.env')
  const config = new Config({ files: file, values: {} })
  t.same([config.get('FIRST'), config.get('SECOND')], ['1', '2'])
  t.end()
})

t.test('CF-4: a missing file is a warning', async (t) => {
  const config = path.resolve('build/lib/config.js')
  const program = `import { Config } from '${config}'
    console.log(new Config({ files: 'missing.env', values: {} }).get('A', String, 'b'))`
  // The runner gives its own options, which switch warnings off, to every process of Node.
  const command = ['-u', 'NODE_OPTIONS', process.execPath, '--input-type=module', '-e', program]
  const { stdout, stderr } = spawnSync('env', command, { encoding: 'utf8' })
  t.equal(stdout, 'b\n')
  t.match(stderr, 'Warning: Config file "missing.env" not found.')
})

t.test('CF-5: a prefix is added to each name, in the environment and in files', async (t) => {
  const file = path.join(t.testdir({ '.env': FILE }), '.env')
  const config = new Config({
    files: file,
    prefix: 'SHOP_',
    values: { SHOP_NAME: 'Bo', NAME: 'Al' },
  })
  t.equal(config.get('PORT', integer), 8000)
  t.equal(config.get('NAME'), 'Bo')
  t.throws(() => config.get('KEY'), /Config: SHOP_KEY is missing/)
})

t.test('CF-7, DS-7: secrets and URLs are never shown', async (t) => {
  const config = new Config({
    values: { KEY: 'horse', DB: 'postgres://u:horse@db/shop', EMPTY: '' },
  })
  const key = config.get('KEY', secret)
  t.equal(key.reveal(), 'horse')
  for (const text of [inspect({ key }), JSON.stringify({ key }), `${key}`, inspect(config)]) {
    t.notMatch(text, 'horse')
  }
  t.equal(config.get('DB', url, 'http://a/').protocol, 'postgres:')
  t.throws(() => config.get('EMPTY', secret), /Config: EMPTY is not a valid secret/)
  const broken = new Config({ values: { DB: '//u:horse@' } })
  try {
    broken.get('DB', url)
    t.fail('it is no absolute URL')
  } catch (error) {
    t.match(inspect(error), 'DB is not a valid url')
    t.notMatch(inspect(error), 'horse')
  }
})

t.test('DS-8: a list is separated by commas, and quotes protect commas', async (t) => {
  t.same(commaSeparated('a, b,,c '), ['a', 'b', 'c'])
  t.same(commaSeparated(`'a, b', "c \\"d\\"", e\\,f, 'g\\'`), ['a, b', 'c "d"', 'e,f', 'g\\'])
  t.same(commaSeparated(''), [])
  t.throws(() => commaSeparated('"a, b'), TypeError)
})

t.test('invalid options are refused', async (t) => {
  t.throws(
    () => new Config({ file: '.env' } as never),
    /unknown option "file"\. Did you mean "files"/,
  )
  t.throws(() => new Config({ prefix: 1 as never }), /Config: prefix must be text, 1 was given/)
  t.throws(() => new Config({ files: 1 as never }), /Config: files must be paths, 1 was given/)
  t.throws(() => new Config({ values: null as never }), /Config: values must be an object/)
  t.throws(() => new Config({ files: t.testdir() }), { code: 'EISDIR' })
  t.throws(() => new Config({ values: {} }).get('A', 'int' as never), /a cast must be a function/)
})
