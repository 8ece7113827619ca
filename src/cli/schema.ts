import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';

/** A JSON Schema, compiled when it is first needed: that takes longer than many a command. */
export function schemaOf<T>(schema: object, options: Options): () => ValidateFunction<T> {
  let compiled: ValidateFunction<T> | undefined;
  return () => (compiled ??= new Ajv2020(options).compile<T>(schema));
}
