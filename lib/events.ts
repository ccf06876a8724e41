/** Typed events inside a process, delivered to listeners at once or after the response. */
export { type Events, type EventsOptions, events } from './events/events.ts'
export {
  type EmitOptions,
  type EventCounts,
  type EventFailure,
  type EventListener,
  type EventListeners,
  EventsFull,
  type EventsOf,
} from './events/types.ts'
