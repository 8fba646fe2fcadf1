import passport from 'passport';

type Done = (error: unknown, user?: object) => void;

/** A Passport strategy that leaves everything to Nest's `validate(request)`: it returns the user or throws. */
export class RequestStrategy extends passport.Strategy {
  /** @param verify added by `PassportStrategy()`; calls `validate` */
  constructor(private readonly verify: (request: unknown, done: Done) => void) {
    super();
  }

  override authenticate(request: unknown): void {
    this.verify(request, (error, user) => {
      if (user) this.success(user);
      else this.error(error);
    });
  }
}
