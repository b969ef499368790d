// What can go wrong in front of a person. `key` names the sentence in views/locales/*/errors.json.

export type FieldErrors = Record<string, string>;

export abstract class PortalError extends Error {
  abstract readonly status: number;

  constructor(
    readonly key: string,
    readonly vars: Record<string, string | number> = {},
  ) {
    super(key);
    this.name = new.target.name;
  }
}

export class NotFound extends PortalError {
  readonly status = 404;
  constructor(key = 'not_found') {
    super(key);
  }
}

export class Forbidden extends PortalError {
  readonly status = 403;
}

export class Conflict extends PortalError {
  readonly status = 409;
}

export class Gone extends PortalError {
  readonly status = 410;
}

/** `fields` maps a form field to the key of its sentence. */
export class Invalid extends PortalError {
  readonly status = 422;
  constructor(
    readonly fields: FieldErrors,
    key = 'invalid',
    vars: Record<string, string | number> = {},
  ) {
    super(key, vars);
  }
}
