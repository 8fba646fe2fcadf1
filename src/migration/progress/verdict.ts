import type { MigrationVerdict, VerdictReason } from '#contracts';

/** People who have yet to move, but for those who did not sign in for so long that nobody waits for them. */
export interface Left {
  legacy: number;
  resetSent: number;
  failed: number;
  /** With a hash that nobody can check, whatever their state. */
  unknownHash: number;
  /** Of all who are left, also the inactive ones. */
  everybody: number;
  /** Moved within the last two weeks. */
  movedLately: number;
}

/** May the old system be switched off? Whoever has yet to move could not sign in any more. */
export function verdict({ legacy, resetSent, failed, unknownHash, ...rest }: Left): MigrationVerdict {
  const reasons: VerdictReason[] = [
    { code: 'people_left', people: legacy },
    { code: 'resets_open', people: resetSent },
    { code: 'moves_failed', people: failed },
    { code: 'hashes_unknown', people: unknownHash },
    // Somebody came back lately whom nobody had waited for; there may be more like that.
    { code: 'still_moving', people: rest.everybody > 0 ? rest.movedLately : 0 },
  ];
  const given = reasons.filter(({ people }) => people > 0);
  return { canSwitchOff: given.length === 0, reasons: given };
}
