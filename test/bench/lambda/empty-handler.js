/** The least a Lambda can be. */
export const handler = async (event) => event;
