import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';

const features = readdirSync('src/features');

/** Imports point down: app -> features -> components and lib; a feature never knows another. */
const forbid = (files, patterns, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }] },
});

export default tseslint.config(
  { ignores: ['dist', 'src/lib/api/schema.d.ts'] },
  ...tseslint.configs.strictTypeChecked,
  jsxA11y.flatConfigs.recommended,
  reactHooks.configs.flat.recommended,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // React's event handlers may be async: what they throw is caught in them.
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false } },
      ],
      // The router's redirect() is thrown.
      '@typescript-eslint/only-throw-error': 'off',
      'no-restricted-globals': ['error', 'event', 'name', 'status'],
      'no-console': 'error',
      'max-lines': ['error', 250],
      // One that asks for something opens on it: the command palette, a dialog's first field.
      'jsx-a11y/no-autofocus': 'off',
    },
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
  ...features.map((feature) =>
    forbid(
      [`src/features/${feature}/**`],
      [
        '@/app/**',
        ...features.filter((one) => one !== feature).map((one) => `@/features/${one}/**`),
      ],
      'A feature knows components and lib, never app or another feature.',
    ),
  ),
  forbid(['src/components/**'], ['@/app/**', '@/features/**'], 'Components know lib only.'),
  forbid(['src/lib/**'], ['@/app/**', '@/features/**', '@/components/**'], 'lib knows nobody.'),
);
