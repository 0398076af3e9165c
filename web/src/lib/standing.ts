/** Which alarms stand (ISA-18.2): there, or over without anybody's having looked. */

export const STANDING = ['unacknowledged', 'acknowledged', 'returned_unacknowledged', 'latched_unacknowledged', 'latched_acknowledged']
export const TO_ACKNOWLEDGE = new Set(['unacknowledged', 'returned_unacknowledged', 'latched_unacknowledged'])
export const TO_RESET = new Set(['latched_acknowledged'])
