import { expect } from 'chai';
import { catalogue, documents } from '../../src/spec/catalogue.js';
import { HarnessError } from '../../src/spec/errors.js';
import { sections, sectionTitle } from '../../src/spec/sections.js';

describe('sections', () => {
  it('resolve for every requirement', () => {
    for (const { id, document, section } of catalogue) {
      expect(sectionTitle(document, section), id).to.have.length.above(2);
    }
  });

  it('are listed for every document', () => {
    expect(Object.keys(sections)).to.have.members(Object.keys(documents));
  });

  it('have the chapter above each of them listed too', () => {
    for (const [document, titles] of Object.entries(sections)) {
      for (const number of Object.keys(titles)) {
        expect(number, document).to.match(/^\d+(\.\d+)*$/);
        const chapter = number.replace(/\.?\d+$/, '');
        if (chapter !== '') expect(Object.keys(titles), `${document} ${number}`).to.include(chapter);
      }
    }
  });

  it('of tsirtsis are all 18 of its table of contents', () => {
    expect(Object.keys(sections.tsirtsis)).to.have.length(18);
    expect(sectionTitle('tsirtsis', '5.5.2')).to.equal('Mobility Proxy Agent');
  });

  for (const section of ['5.6', '', '5.2.', 'toString']) {
    it(`throw for tsirtsis ${JSON.stringify(section)}, which does not exist`, () => {
      expect(() => sectionTitle('tsirtsis', section))
        .to.throw(HarnessError)
        .with.property('code', 'unknown-section');
    });
  }
});
