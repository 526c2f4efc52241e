import { ESLintUtils } from '@typescript-eslint/utils';
import ts from 'typescript';

/** @typedef {import('@typescript-eslint/utils').TSESTree.SpreadElement} Spread */

/**
 * The one property that a spread like `...(a === undefined ? {} : { a })` or `...(a && { a })` adds, if it is one.
 *
 * @param {Spread} node
 */
function conditionalProperty({ argument }) {
  const parts =
    argument.type === 'ConditionalExpression'
      ? [argument.consequent, argument.alternate]
      : argument.type === 'LogicalExpression' && argument.operator === '&&'
        ? [argument.right]
        : [];
  const given = parts.filter(
    (part) => part.type !== 'ObjectExpression' || part.properties.length > 0,
  );
  const [only] = given;
  if (given.length !== 1 || only?.type !== 'ObjectExpression' || only.properties.length !== 1)
    return undefined;
  const [property] = only.properties;
  return property?.type === 'Property' && !property.computed ? property : undefined;
}

/**
 * Whether each declaration of a property says that it may be `undefined`, besides being absent.
 *
 * @param {ts.Symbol | undefined} symbol
 * @param {ts.TypeChecker} checker
 */
function takesUndefined(symbol, checker) {
  const declarations = symbol?.declarations ?? [];
  return (
    declarations.length > 0 &&
    declarations.every((declaration) => {
      if (!ts.isPropertySignature(declaration) && !ts.isPropertyDeclaration(declaration))
        return false;
      if (!declaration.type) return false;
      const type = checker.getTypeFromTypeNode(declaration.type);
      const members = type.isUnion() ? type.types : [type];
      return members.some(
        ({ flags }) => (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Any)) !== 0,
      );
    })
  );
}

/**
 * Whether an object of this type may have the property.
 *
 * @param {ts.Type} type
 * @param {string} name
 * @param {ts.TypeChecker} checker
 */
function mayHave(type, name, checker) {
  const members = type.isUnion() ? type.types : [type];
  return members.some(
    (one) =>
      (one.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) !== 0 ||
      checker.getPropertyOfType(one, name) !== undefined ||
      checker.getIndexInfosOfType(one).length > 0,
  );
}

/** Refuses a spread that leaves out one property where the type takes `undefined` for it as well. */
export const conditionalSpread = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      needless:
        "'{{name}}' may be undefined here: write it as a property, without a conditional spread.",
    },
  },
  defaultOptions: [],
  create(context) {
    const services = ESLintUtils.getParserServices(context);
    const checker = services.program.getTypeChecker();
    return {
      ObjectExpression(node) {
        const type = checker.getContextualType(services.esTreeNodeToTSNodeMap.get(node));
        if (!type) return;
        // the options or undefined, or what a promise is of
        const forms = type.isUnion() ? type.types : [type];
        /** What was spread before, of which each property would be hidden by an undefined of ours. @type {ts.Type[]} */
        const before = [];
        for (const spread of node.properties) {
          if (spread.type !== 'SpreadElement') continue;
          const property = conditionalProperty(spread);
          if (!property) {
            before.push(services.getTypeAtLocation(spread.argument));
            continue;
          }
          const { key } = property;
          const name =
            key.type === 'Identifier' ? key.name : 'value' in key ? String(key.value) : '';
          if (before.some((one) => mayHave(one, name, checker))) continue;
          const found = forms.flatMap((one) => checker.getPropertyOfType(one, name) ?? []);
          if (found.length > 0 && found.every((symbol) => takesUndefined(symbol, checker)))
            context.report({ node: spread, messageId: 'needless', data: { name } });
        }
      },
    };
  },
});
