/** Apps that can be looked at: functions with readable properties. */
import type { App } from '../types.ts'

/**
 * Gives a function its properties, `name` among them, which plain assignment cannot set.
 *
 * Getters stay getters, so that a property can be read live.
 */
export function callable<Shape extends App>(app: App, properties: Omit<Shape, never>): Shape {
  Object.defineProperties(app, Object.getOwnPropertyDescriptors(properties))
  // Built up here, property by property, which the compiler cannot follow.
  return app as Shape
}
