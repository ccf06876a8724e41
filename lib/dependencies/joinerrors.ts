/** Several errors as one. */
import { asText } from '../internal/handled.ts'

/** Returns a single error unchanged, or an AggregateError whose message contains the messages of all. */
export function joinErrors(errors: readonly unknown[]): unknown {
  if (errors.length === 1) return errors[0]
  const texts = errors.map(asText).join('; ')
  return new AggregateError(errors, `dependencies: ${errors.length} have failed: ${texts}.`, {
    cause: errors[0],
  })
}
