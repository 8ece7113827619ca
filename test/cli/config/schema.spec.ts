import { expect } from 'chai';
import schema from '../../../src/cli/config.schema.json' with { type: 'json' };
import { defaultPics, profiles } from '../../../src/spec/config.js';

describe('cli configuration schema', () => {
  it('has the profiles of the code', () => {
    expect(schema.properties.profile.enum).to.deep.equal([...profiles]);
  });

  it('has the PICS of the code', () => {
    const { pics } = schema.properties;
    expect(Object.keys(pics.properties)).to.have.members(Object.keys(defaultPics));
    expect(Object.keys(pics.properties.homeLink.properties)).to.have.members(Object.keys(defaultPics.homeLink));
  });
});
