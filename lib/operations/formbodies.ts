/** Reads forms for a schema: texts are converted to its types, and files are checked by rules. */

import type { IssueInit } from '../exceptions/issues.ts'
import type { Form, FormOptions, UploadFile } from '../forms.ts'
import { mediaTypeOf } from '../http/mediatypes.ts'
import type { Request } from '../requests.ts'
import type { AnySchema } from '../types/schemas.ts'
import { membersOf } from './coercion.ts'
import { matchesType } from './contenttypes.ts'
import { objectOf, set } from './texts.ts'

/** The rule for the files of one field. */
export interface UploadRule {
  /** The maximum number of bytes of one file (the limit of the form). */
  readonly maxSize?: number
  /** The accepted content types, such as `image/png` or `image/*` (all). The client declares the type. */
  readonly types?: readonly string[]
  /** Whether the file may be missing (false). */
  readonly optional?: boolean
  /** Whether the handler gets a list of files (false). */
  readonly many?: boolean
  /** The maximum number of files of a list (the limit of the form). */
  readonly maxCount?: number
}

/** Returns a function that reads a form for a schema. */
export function formReader(
  schema: AnySchema,
  limits: FormOptions,
  rules: Readonly<Record<string, UploadRule>>,
): (request: Request<never, never>) => Promise<FormInput> {
  const members = membersOf(schema)
  return async (request) => {
    const form = await request.form(limits)
    const issues: IssueInit[] = []
    const files: Record<string, unknown> = {}
    for (const [name, rule] of Object.entries(rules)) {
      const found = filesOf(form, name)
      issues.push(...issuesWith(name, found, rule))
      set(files, name, rule.many ? found : found[0])
    }
    const others = [...form].filter(
      ([name, value]) => !Object.hasOwn(rules, name) && !isUnused(value),
    )
    return new FormInput(objectOf(others, members), files, issues)
  }
}

/** A form that was read: the value for the schema, and the files that their rules have checked. */
export class FormInput {
  readonly value: Record<string, unknown>
  readonly files: Record<string, unknown>
  readonly issues: readonly IssueInit[]

  constructor(
    value: Record<string, unknown>,
    files: Record<string, unknown>,
    issues: readonly IssueInit[],
  ) {
    this.value = value
    this.files = files
    this.issues = issues
  }
}

type Entry = Form extends Iterable<[string, infer Value]> ? Value : never

/** Browsers send a file input without a file as an empty file without a name. */
function isUnused(value: Entry): boolean {
  return typeof value !== 'string' && value.filename === '' && value.size === 0
}

function filesOf(form: Form, name: string): UploadFile[] {
  return form
    .getAll(name)
    .filter((value): value is UploadFile => typeof value !== 'string' && !isUnused(value))
}

function issuesWith(name: string, files: readonly UploadFile[], rule: UploadRule): IssueInit[] {
  const { optional = false, many = false, maxCount = many ? Number.POSITIVE_INFINITY : 1 } = rule
  const issue = (message: string, ...path: number[]): IssueInit => ({
    source: 'body',
    path: [name, ...path],
    message,
  })
  if (files.length === 0) return optional || many ? [] : [issue('A file is required.')]
  if (files.length > maxCount)
    return [issue(`At most ${maxCount} ${maxCount === 1 ? 'file is' : 'files are'} accepted.`)]
  return files.flatMap((file, index) =>
    faultOf(file, rule).map((fault) => issue(fault, ...(many ? [index] : []))),
  )
}

function faultOf({ size, contentType }: UploadFile, { maxSize, types }: UploadRule): string[] {
  const faults: string[] = []
  if (maxSize !== undefined && size > maxSize) {
    faults.push(`The file must have at most ${maxSize} bytes.`)
  }
  const type = mediaTypeOf(contentType)
  if (types !== undefined && !types.some((pattern) => matchesType(type, pattern))) {
    faults.push(`The file must be of the type ${types.join(' or ')}.`)
  }
  return faults
}
