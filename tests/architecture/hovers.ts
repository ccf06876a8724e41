// What an editor shows for representative expressions: names and plain objects, no helper types.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { compile } from '../support/compiler.ts'

/** Inside the package, so that its own name resolves. */
const FOLDER = path.resolve('build', 'hovers')

const CONFIG = {
  extends: '../../tsconfig.json',
  compilerOptions: {
    ...{ noEmit: false, declaration: true, emitDeclarationOnly: true },
    ...{ rootDir: '.', outDir: 'out', skipLibCheck: true },
  },
  include: ['hovers.ts'],
}

// biome-ignore format: a list
const EXPECTED: readonly string[] = [
  'braces: { id: number; name: string; };',
  'colons: { name: string; page?: string; };',
  'handler: Handler<"/users/{id:int}">;',
  'route: Route<"/users/{id:int}", Record<string, unknown>, { readonly GET: unknown; }>;',
  'table: Route<"/users", Record<string, unknown>, { readonly GET: unknown; readonly POST: { readonly responses: { readonly 204: null; }; }; }>;',
  'socket: WebSocketRoute<"/rooms/{room}", Record<string, unknown>>;',
  'router: Router<Record<string, unknown>>;',
  'application: Application<{ db: number; }>;',
  'plain: Middleware;',
  'own: StateMiddleware<Record<string, unknown>>;',
  'authenticated: StateMiddleware<Record<string, unknown>>;',
  'add: <Key extends ErrorKey>(key: Key, handler: ExceptionHandler<ThrownBy<Key>, { db: number; }>) => void;',
  'handling: (middleware: StateMiddleware<{ db: number; }>) => void;',
]

t.test('hovers show names and plain objects', async (t) => {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  copyFileSync(path.join('tests', 'support', 'hovers.txt'), path.join(FOLDER, 'hovers.ts'))
  writeFileSync(path.join(FOLDER, 'tsconfig.json'), JSON.stringify(CONFIG))

  t.equal(await compile(FOLDER), '')

  const declarations = readFileSync(path.join(FOLDER, 'out', 'hovers.d.ts'), 'utf8')
  const shown = declarations
    .split(/^export declare const /m)
    .slice(1)
    .map((declaration) =>
      declaration
        .replaceAll(/import\("[^"]+"\)\./g, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
  t.same(shown, EXPECTED)
})
