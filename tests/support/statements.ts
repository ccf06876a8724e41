// The statements of a file of declarations, and what they declare, import and export.

/** Names in a file that lead to names in other files: `here` is `there` in `file`. */
export interface Link {
  readonly file: string
  readonly there: string
}

/** What one file of declarations says. */
export interface Declarations {
  /** The text of all declarations of a name: an interface and a function may share one, and overloads do. */
  readonly declared: ReadonlyMap<string, readonly string[]>
  readonly imported: ReadonlyMap<string, Link>
  /** What the file exports, under the names that it has outside. */
  readonly exported: ReadonlyMap<string, Link>
}

// A string is matched first, so that what looks like a comment in one stays.
const COMMENT =
  /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/.*/g

/** The source without comments, and without the lines that they leave empty. */
export function withoutComments(source: string): string {
  return source
    .replace(COMMENT, (_all, text?: string) => text ?? '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
    .trim()
}

/** Statements begin at the margin; a line that closes one does not begin another. */
export function statementsOf(source: string): string[] {
  return withoutComments(source).split(/\n(?=[a-z])/)
}

const FROM =
  /^(?:im|ex)port ?(?:type(?=[ {]) ?)?(?:([\w$]+),? ?)?(?:\{([^}]*)\}|(\*)(?: as ([\w$]+))?)?(?: ?from)? ?['"]([^'"]+)['"];?$/
const DECLARATION =
  /^(export )?(?:declare )?(?:abstract )?(?:function|class|const|let|interface|type|namespace) ([\w$]+)/

/** Reads one file of declarations; `resolve` turns a specifier into the name of a file. */
export function readDeclarations(
  source: string,
  file: string,
  resolve: (specifier: string) => string,
): Declarations {
  const declared = new Map<string, string[]>()
  const imported = new Map<string, Link>()
  const exported = new Map<string, Link>()
  for (const statement of statementsOf(source)) {
    const [, isExported, name] = DECLARATION.exec(statement) ?? []
    if (name !== undefined) {
      declared.set(name, [...(declared.get(name) ?? []), statement])
      if (isExported !== undefined) exported.set(name, { file, there: name })
      continue
    }
    const [, whole, names = '', star, space, specifier = ''] = FROM.exec(statement) ?? []
    const target = specifier === '' ? file : resolve(specifier)
    const links = statement.startsWith('import') ? imported : exported
    if (whole !== undefined) links.set(whole, { file: target, there: 'default' })
    if (star !== undefined) links.set(space ?? `*${target}`, { file: target, there: '*' })
    const local = /^export (?:type )?\{([^}]*)\};?$/.exec(statement)
    for (const [there, here] of namesIn(local?.[1] ?? names))
      links.set(here, { file: target, there })
  }
  return { declared, imported, exported }
}

/** The pairs of a list such as `type A, B as C`. */
function namesIn(list: string): [there: string, here: string][] {
  return list.split(',').flatMap((item) => {
    const [there, here] = item
      .trim()
      .replace(/^type /, '')
      .split(' as ')
    return there ? [[there, here ?? there]] : []
  })
}
