import { z } from 'zod/mini';

const Parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.optional(z.boolean()),
});
const Operation = z.object({
  summary: z.optional(z.string()),
  description: z.optional(z.string()),
  parameters: z.optional(z.array(z.unknown())),
  requestBody: z.optional(z.unknown()),
});
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

export interface Documented {
  method: string;
  path: string;
  summary: string;
  parameters: { name: string; where: string; required: boolean }[];
  takesBody: boolean;
}

/** What an OpenAPI document of a stranger says; whatever is not as it should be is left out. */
export function operations(document: unknown): Documented[] {
  const root = z.object({ paths: z.record(z.string(), z.unknown()) }).safeParse(document);
  if (!root.success) return [];
  return Object.entries(root.data.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const found = Operation.safeParse((item as Record<string, unknown> | null)?.[method]);
      if (!found.success) return [];
      const parameters = (found.data.parameters ?? []).flatMap((one) => {
        const parameter = Parameter.safeParse(one);
        if (!parameter.success) return [];
        const { name, in: where, required } = parameter.data;
        return [{ name, where, required: required ?? false }];
      });
      return [
        {
          method: method.toUpperCase(),
          path,
          summary: found.data.description ?? found.data.summary ?? '',
          parameters,
          takesBody: found.data.requestBody !== undefined,
        },
      ];
    }),
  );
}

/** One that can be called without knowing anything: for a first call. */
export function firstCall(document: unknown): Documented | undefined {
  return operations(document).find(
    ({ method, path, parameters }) =>
      method === 'GET' && !path.includes('{') && parameters.every(({ required }) => !required),
  );
}
