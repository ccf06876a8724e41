/** The files of a new project. */
import { APP, README, TEST } from './sources.ts'

/** The text of each file by its path. */
export function projectFiles(name: string, version: string): Readonly<Record<string, string>> {
  return {
    'package.json': json(manifest(name, version)),
    'tsconfig.json': json(TSCONFIG),
    'src/app.ts': APP,
    'tests/app.test.ts': TEST,
    Dockerfile: DOCKERFILE,
    '.dockerignore': 'node_modules\ndist\n.git\n.env\n',
    '.gitignore': 'node_modules\ndist\n.env\n',
    'README.md': README.replaceAll('{name}', name),
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

function manifest(name: string, version: string): object {
  return {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=20' },
    scripts: {
      build: 'tsc',
      start: 'stellula serve dist/src/app.js --host 0.0.0.0',
      dev: 'stellula serve src/app.ts --reload --access-log pretty',
      test: 'tsc && cd dist && node --test',
      routes: 'tsc && stellula routes dist/src/app.js',
      check: 'tsc && stellula check dist/src/app.js',
    },
    dependencies: { stellula: version === 'unknown' ? '*' : `^${version}` },
    devDependencies: { '@types/node': '^24.0.0', typescript: '^7.0.2' },
  }
}

const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    rewriteRelativeImportExtensions: true,
    skipLibCheck: true,
    rootDir: '.',
    outDir: 'dist',
  },
  include: ['src', 'tests'],
}

/** Two stages, an unprivileged user, and Node itself as the process that gets the signals. */
const DOCKERFILE = `FROM node:24-slim AS build
WORKDIR /app
COPY package*.json ./
RUN npm install
COPY . .
RUN npx tsc && npm prune --omit=dev

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
EXPOSE 8000
CMD ["node", "node_modules/stellula/dist/cli.js", "serve", "dist/src/app.js", "--host", "0.0.0.0"]
`
