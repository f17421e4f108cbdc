// The only part of the library that the pages load: a datamatrix in a picture, nothing else.
import BinaryBitmap from "@zxing/library/esnext/core/BinaryBitmap.js";
import RGBLuminanceSource from "@zxing/library/esnext/core/RGBLuminanceSource.js";
import HybridBinarizer from "@zxing/library/esnext/core/common/HybridBinarizer.js";
import DataMatrixReader from "@zxing/library/esnext/core/datamatrix/DataMatrixReader.js";

const reader = new DataMatrixReader();

// Text of the datamatrix in a picture of grey levels, empty when there is none.
export const read = (grey, width, height) => {
  try {
    return reader.decode(new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(grey, width, height)))).getText();
  } catch {
    return "";
  }
};
